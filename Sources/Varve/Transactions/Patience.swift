internal import Synchronization

/// Work that goes on to its end when the task that asked for it is cancelled, as a transaction is
/// not to be left between two states; it is told, so that it need not try for long.
final class Patience: Sendable {
  private let over = Atomic(false)

  /// Whether the task that waits was cancelled.
  var isOver: Bool { over.load(ordering: .relaxed) }

  /// Runs `body` in a task of its own.
  static func shielding<Result: Sendable>(
    _ body: @escaping @Sendable (Patience) async throws(VarveError) -> Result
  ) async throws(VarveError) -> Result {
    let patience = Patience()
    let task = Task { () -> Swift.Result<Result, VarveError> in
      do throws(VarveError) { return .success(try await body(patience)) } catch {
        return .failure(error)
      }
    }
    let outcome = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      patience.over.store(true, ordering: .relaxed)
    }
    return try outcome.get()
  }
}
