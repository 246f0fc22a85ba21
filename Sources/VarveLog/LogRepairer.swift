package import VarveBase

/// Makes a damaged partition's directory one that opens: keeps every whole batch, at its offset,
/// and guesses nothing.
///
/// Bytes that are no whole batch go. The offsets that they had stay taken: an empty batch, as
/// compaction leaves them, stands in their place, so that no offset is ever given twice and a
/// missing record can be told from one that comes later. Indexes and producer snapshots are made
/// again from the batches that are left. A file that loses bytes is kept as `NAME.damaged`. Batches
/// that were lost and that a commit journal still has come back.
///
/// `plan` says what would be done and lost, and changes nothing; `apply` does it. Nobody else may
/// have the directory open.
package struct LogRepairer {
  package let partition: TopicPartition
  package let directory: String
  let fileSystem: any FileSystem
  /// The topic's configuration: index intervals, and whether it is compacted.
  package var configuration = LogConfiguration()
  /// From the log-start checkpoint.
  package var logStartOffset: Offset = 0
  /// From the recovery-point checkpoint: the log is made to reach up to it.
  package var recoveryPoint: Offset = 0
  /// From the cleaner checkpoint: before it, what the log lacks may have been taken out.
  package var cleanedUpTo: Offset = 0
  /// What the data directory's commit journals hold: nothing where it was closed in order.
  package var commits = RecoveredCommits()
  /// What `partition.metadata` must name; nil where that is not known.
  package var topicID: TopicID?

  package init(
    _ partition: TopicPartition, directory: String, on fileSystem: any FileSystem
  ) {
    self.partition = partition
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// What a repair does.
  package struct Plan: Sendable, Equatable {
    package var actions: [Action] = []
    package var lost: [Loss] = []

    package var isEmpty: Bool { actions.isEmpty }

    var segments: [SegmentRepair] = []
  }

  package enum Action: Sendable, Equatable, CustomStringConvertible {
    /// A `.log` is written anew with its whole batches; the old one is kept as `.damaged`.
    case rewrite(file: String)
    /// Batches that a `.log` lost are taken from a commit journal.
    case restore(file: String, offsets: Range<Offset>)
    /// Indexes and snapshots are made again from the batches.
    case rebuildIndexes
    /// A file that can't be read and is made again, or not needed: kept as `.damaged`.
    case setAside(file: String)
    /// An index without a log, which nothing needs.
    case remove(file: String)
    /// The leader epochs are written again, as the batches have them.
    case writeLeaderEpochs(LeaderEpochs)
    case writeMetadata(TopicID)
    /// A replacement of segments that a crash interrupted is finished first.
    case finishInterrupted

    package var description: String {
      switch self {
      case .rewrite(let file): "write \(file) anew with its whole batches, keep the old one"
      case .restore(let file, let offsets):
        "take offsets \(offsets.lowerBound) to \(offsets.upperBound + -1) of \(file) "
          + "from the commit journal"
      case .rebuildIndexes: "make all indexes and producer snapshots again"
      case .setAside(let file): "set \(file) aside as \(file).damaged"
      case .remove(let file): "remove \(file)"
      case .writeLeaderEpochs: "take the leader epochs from the batches"
      case .writeMetadata(let id): "write partition.metadata for topic \(id)"
      case .finishInterrupted: "finish what a crash interrupted"
      }
    }
  }

  /// Bytes that are no batch, or offsets that no file has.
  package struct Loss: Sendable, Equatable, CustomStringConvertible {
    /// The file's name.
    package var file: String
    package var bytes: Range<Int>
    /// The offsets that nobody has a record for now; empty where only zeros or rubbish went.
    package var offsets: Range<Offset>
    package var reason: String

    package var description: String {
      let range =
        offsets.isEmpty
        ? "no offsets" : "offsets \(offsets.lowerBound) to \(offsets.upperBound + -1)"
      return "\(file): \(bytes.count) bytes from byte \(bytes.lowerBound), \(range): \(reason)"
    }
  }

  /// Says what is damaged, what would be done and what is lost. Throws `.io`, and
  /// `.segmentOverflow` where a gap is too long for a segment.
  package func plan() throws(LogError) -> Plan {
    var planning = RepairPlanning(self)
    return try planning.run()
  }

  /// Does what `plan` says, on the disk for good when this returns. Returns the plan that was
  /// carried out. After a crash in between it is done again from the start.
  @discardableResult
  package func apply() throws(LogError) -> Plan {
    var plan = try plan()
    if plan.actions.contains(.finishInterrupted) {
      try SegmentReplacement.finishInterrupted(in: directory, on: fileSystem)
      plan = try self.plan()
    }
    guard !plan.isEmpty else { return plan }
    try RepairExecution(self).carryOut(plan)
    return plan
  }

  var isCompacted: Bool { configuration.cleanupPolicy.contains(.compact) }

  func files(_ base: Offset) -> SegmentFiles {
    SegmentFiles(directory: directory, baseOffset: base)
  }

  func names() throws(LogError) -> [String] {
    do { return try fileSystem.contents(ofDirectory: directory) } catch { throw LogError(error) }
  }
}

/// What becomes of one segment's `.log`.
struct SegmentRepair: Sendable, Equatable {
  enum Piece: Sendable, Equatable {
    /// Whole batches, as they are.
    case bytes(Range<Int>)
    /// Whole batches of a commit journal.
    case commits([UInt8])
    /// An empty batch for offsets that are lost.
    case gap(Range<Offset>, leaderEpoch: Int32)
  }

  var base: Offset
  var pieces: [Piece] = []
  /// Leader epochs to be put right, by the position in the old file of the batches that have them.
  var epochs: [Int: Int32] = [:]
  /// Whether the pieces are anything but the file as it is.
  var mustRewrite = false
}
