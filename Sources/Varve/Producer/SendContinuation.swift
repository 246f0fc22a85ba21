/// A task that waits to be told what became of its record.
///
/// A checked continuation would take an allocation and two counted references for each record.
@safe
struct SendContinuation: Sendable {
  // Safety: it is resumed once. Whoever takes a record either answers at once, or puts this among
  // the receipts of a batch, which are told when the batch is finished and then emptied.
  private let continuation: UnsafeContinuation<SendAnswer, Never>

  /// Suspends the task until its continuation is resumed.
  static func answer(_ start: (SendContinuation) -> Void) async -> SendAnswer {
    unsafe await withUnsafeContinuation { continuation in
      start(unsafe SendContinuation(continuation: continuation))
    }
  }

  func resume(returning answer: SendAnswer) { unsafe continuation.resume(returning: answer) }
}
