internal import VarveBase
package import VarveProtocol

/// How far groups have got: what they committed, and what they will have committed once their
/// transactions end.
///
/// Knows nothing of members: whether a group may commit, and which topics it subscribes to, is
/// asked of the group. One value for each partition of `__consumer_offsets`.
package struct CommittedOffsets: Equatable, Sendable {
  private struct Entry: Equatable, Sendable {
    var offset: CommittedOffset
    /// Counts commits in the order of the log. A transaction's takes the place of another only
    /// where it stands after it, whenever its marker comes.
    var position: UInt64
  }

  let settings: GroupSettings
  private var committed = OffsetTree<Entry>()
  /// Commits of transactions that have not ended, by producer id.
  private var pending: [Int64: OffsetTree<Entry>] = [:]
  /// The producers whose open transactions commit for a partition.
  private var open = OffsetTree<Set<Int64>>()
  private var position: UInt64 = 0

  package init(settings: GroupSettings = GroupSettings()) { self.settings = settings }

  // MARK: Replay

  /// Takes a record in. `producerID` is that of a transactional batch, whose commits count once its
  /// marker says so.
  package mutating func replay(
    _ key: OffsetCommitKey, _ value: OffsetCommitValue?, producerID: Int64?
  ) {
    position += 1
    guard let value else { return forget(key) }
    let entry = Entry(offset: CommittedOffset(value), position: position)
    guard let producerID else { return committed[key] = entry }
    pending[producerID, default: OffsetTree()][key] = entry
    open[key] = (open[key] ?? []).union([producerID])
  }

  /// Takes the marker in that ends a producer's transaction.
  package mutating func replayMarker(producerID: Int64, commits: Bool) {
    guard let ended = pending.removeValue(forKey: producerID) else { return }
    for (key, entry) in ended.entries {
      close(key, producerID)
      guard commits, entry.position > committed[key]?.position ?? 0 else { continue }
      committed[key] = entry
    }
  }

  private mutating func forget(_ key: OffsetCommitKey) {
    committed[key] = nil
    for producerID in open[key] ?? [] {
      pending[producerID]?[key] = nil
      if pending[producerID]?.isEmpty == true { pending[producerID] = nil }
    }
    open[key] = nil
  }

  private mutating func close(_ key: OffsetCommitKey, _ producerID: Int64) {
    let others = (open[key] ?? []).subtracting([producerID])
    open[key] = others.isEmpty ? nil : others
  }

  // MARK: Lookup

  package func committed(
    group: String, topic: String, partition: Int32
  ) -> CommittedOffset? {
    self[OffsetCommitKey(group: group, topic: topic, partition: partition)]
  }

  subscript(key: OffsetCommitKey) -> CommittedOffset? { committed[key]?.offset }

  /// The groups that have committed anything, in order.
  package var groups: [String] { committed.groups.keys.sorted() }

  /// What a group has committed, in the order of topics and partitions.
  package func committed(ofGroup group: String) -> [(key: OffsetCommitKey, CommittedOffset)] {
    committed.keys(ofGroup: group).compactMap { key in self[key].map { (key, $0) } }
  }

  /// Whether open transactions commit for the partition.
  func isPending(_ key: OffsetCommitKey) -> Bool { open[key] != nil }

  /// Whether open transactions commit for the group.
  package func isPending(group: String) -> Bool { open.groups[group] != nil }

  /// The keys of a group that are committed or pending, in order.
  func keys(ofGroup group: String) -> [OffsetCommitKey] {
    let committedKeys = committed.keys(ofGroup: group)
    return committedKeys + open.keys(ofGroup: group).filter { committed[$0] == nil }
  }

  /// The same of one topic, for every group.
  func keys(ofTopic topic: String) -> [OffsetCommitKey] {
    Set(committed.groups.keys).union(open.groups.keys).sorted().flatMap { group in
      committed.keys(ofGroup: group, topic: topic)
        + open.keys(ofGroup: group, topic: topic).filter { committed[$0] == nil }
    }
  }

  // MARK: Records

  /// Makes a record part of the state and of a decision.
  mutating func emit(
    _ key: OffsetCommitKey, _ value: OffsetCommitValue?, producerID: Int64? = nil,
    into records: inout [GroupRecord]
  ) {
    records.append(.offsetCommit(key, value))
    replay(key, value, producerID: producerID)
  }
}
