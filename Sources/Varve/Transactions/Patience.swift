internal import Synchronization

/// Work that goes on to its end when the task that asked for it is cancelled, as a transaction is
/// not to be left between two states; it is told, so that it need not try for long.
final class Patience: Sendable {
  private let over = Atomic(false)

  /// Whether the task that waits was cancelled.
  var isOver: Bool { over.load(ordering: .relaxed) }

  /// Runs `body` in a task of its own, which begins on the caller's thread: with an engine in this
  /// process it mostly ends there, too, without a change of threads.
  static func shielding<Result: Sendable>(
    _ body: @escaping @Sendable (Patience) async throws(VarveError) -> Result
  ) async throws(VarveError) -> Result {
    let patience = Patience()
    let task = begin { () -> Swift.Result<Result, VarveError> in
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

  private static func begin<Result: Sendable>(
    _ body: @escaping @Sendable @isolated(any) () async -> Result
  ) -> Task<Result, Never> {
    if #available(macOS 26.0, *) { return Task.immediate(operation: body) }
    return Task(operation: body)
  }
}
