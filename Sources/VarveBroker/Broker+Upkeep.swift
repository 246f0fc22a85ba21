internal import VarveBase
internal import VarveLog

/// The upkeep of a broker's partitions, step by step. What fails is told to the logger, and tried
/// again when it is due again.
extension Broker {
  /// How far apart looks at what retention removes are.
  var retentionCheckMilliseconds: Int64 {
    serverDefaults.number("log.retention.check.interval.ms", or: 300_000)
  }
  /// How far apart checkpoints are.
  var checkpointMilliseconds: Int64 {
    serverDefaults.number("log.flush.offset.checkpoint.interval.ms", or: 60_000)
  }
  /// The time between two looks at what is to be rewritten.
  var rewriteBackoffMilliseconds: Int64 {
    serverDefaults.number("log.cleaner.backoff.ms", or: 15_000)
  }

  /// Does all upkeep that is due by the broker's clock, on this thread, until nothing is.
  package func runMaintenance() {
    syncDue()
    applyRetention()
    var left: [RewriteTurn] = []
    while rewriteStep(&left) {}
    checkpoint()
  }

  /// Syncs the logs whose `flush.ms` or interval is over.
  func syncDue() {
    for partition in allPartitions where partition.log.isFlushDue {
      attempt(.sync, of: partition.id) { () throws(LogError) in try partition.log.flush() }
    }
  }

  /// Moves log starts, makes that durable, and only then removes files: a start after a crash can
  /// tell removed segments from lost ones.
  func applyRetention() {
    for partition in allPartitions {
      attempt(.retention, of: partition.id) { () throws(LogError) in
        try partition.log.applyRetention()
      }
    }
    attempt(.retention, of: nil) { () throws(LogError) in try shareShards.prune() }
    checkpoint()
  }

  /// Writes the checkpoints, and removes the segments that lie before the starts in them.
  func checkpoint() {
    let partitions = allPartitions
    let starts = partitions.map { ($0, $0.log.startOffset) }
    let isWritten = attempt(.checkpoint, of: nil) { () throws(LogError) in
      try writeCheckpoints()
    }
    guard isWritten else { return }
    for (partition, start) in starts {
      attempt(.removal, of: partition.id) { () throws(LogError) in
        try partition.log.removeSegments(before: start)
      }
    }
  }

  /// One step of rewriting, by the first of `left` that has one due; by the first of all, once none
  /// of those has. False where nothing is due.
  ///
  /// A step takes a second or a few; how many wait for theirs makes it no longer.
  package func rewriteStep(_ left: inout [RewriteTurn]) -> Bool {
    if rewriteFirst(of: &left) { return true }
    left = allPartitions.flatMap { [.coldCompression($0), .compaction($0)] }
    return rewriteFirst(of: &left)
  }

  /// Takes turns off until one had a step due.
  private func rewriteFirst(of left: inout [RewriteTurn]) -> Bool {
    while let turn = left.popLast() {
      if rewrite(turn) { return true }
    }
    return false
  }

  private func rewrite(_ turn: RewriteTurn) -> Bool {
    var isDone = false
    attempt(turn.step, of: turn.partition.id) { () throws(LogError) in isDone = try turn.take() }
    if isDone { upkeepCounts.done(turn.step) }
    return isDone
  }

  @discardableResult
  private func attempt<Result>(
    _ step: UpkeepStep, of partition: TopicPartition?, _ body: () throws(LogError) -> Result
  ) -> Bool {
    do {
      _ = try body()
      if !step.isLookedFor { upkeepCounts.done(step) }
      return true
    } catch {
      // The topic was deleted, or the broker closed, in the middle of it.
      if error.code == .closed { return false }
      upkeepCounts.failed(step)
      options.logger.log(
        .error, "\(step.rawValue) failed; it is tried again when it is due again",
        [.partition: partition?.description ?? "", .error: error.description])
      return false
    }
  }
}
