internal import VarveBase

/// What an idempotent producer makes of an outcome.
extension Accumulator {
  enum Verdict {
    /// It is final; these are not written either.
    case done([PendingBatch])
    /// It is not known: the batch is sent again.
    case again
  }

  func judge(_ batch: PendingBatch, _ result: Result<AppendedBatch, VarveError>) -> Verdict {
    withState { state in
      guard case .failure(let error) = result else {
        state.window.succeeded(batch)
        return .done([])
      }
      if isOpen(error, of: batch), batch.attempts.next() {
        state.window.keep(batch)
        return .again
      }
      if let identity = batch.identity { shared.renew(identity) }
      return .done(state.window.failed(batch))
    }
  }

  /// Whether an error leaves open what becomes of a batch.
  private func isOpen(_ error: VarveError, of batch: PendingBatch) -> Bool {
    guard batch.identity != nil else { return false }
    // One that came before a batch that was lost or slow on its way did not follow yet. What became
    // of that one may be known by now.
    return error.code == .unavailable
      || error.code == .outOfOrderSequence && batch.isSentBehindOthers
  }

  /// Sends a batch again in a moment: what did not answer does not answer at once.
  func sendAgainLater(_ batch: PendingBatch) {
    Task {
      // Throws where it is cancelled, which nobody does.
      try? await batch.attempts.pause()
      resume { $0.window.resume() }
    }
  }

  /// Tells the listeners of batches that cannot follow any more.
  func giveUp(_ batches: [PendingBatch], after partition: TopicPartition) {
    for batch in batches {
      finish(
        batch,
        .failure(
          VarveError(
            .outOfOrderSequence, "a batch before it for \(partition) was not written",
            partition: partition)))
    }
  }
}
