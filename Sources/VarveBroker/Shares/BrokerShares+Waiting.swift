internal import VarveLog

extension BrokerShares {
  /// Listens for records of partitions that a group may have: begun before they are fetched, so
  /// that nothing is missed in between.
  package func listen(_ group: String, to partitions: [Partition]) -> ShareListener {
    let wait = ShareWait(
      for: partitions.map { (key(of: group, $0), $0.log, $0.log.endOffset) },
      broker.shareShards.effects)
    return ShareListener(wait: wait)
  }
}

/// What tells a consumer that there may be records.
package struct ShareListener: Sendable {
  let wait: ShareWait

  /// Suspends until there may be records, for so long, or until the task is cancelled.
  package func wait(milliseconds: Int64) async { await wait.wait(milliseconds: milliseconds) }

  /// Ends the wait, also one that has not begun.
  package func finish() { wait.finish() }

  package func stop() { wait.stop() }
}
