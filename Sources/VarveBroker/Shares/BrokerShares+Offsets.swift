package import VarveBase
package import VarveCoordination
internal import VarveLog

/// Where groups are in their partitions, for administrators (KIP-932).
extension BrokerShares {
  /// What a group has of a partition.
  package struct Position: Sendable {
    package let topic: String
    package let topicID: TopicID
    package let partition: Int32
    /// All before it is done with; -1 where the group has not begun.
    package let startOffset: Offset
    /// How many records are not done with; -1 where it has not begun.
    package let lag: Int64
    package let depths: ShareDepths
    /// Nil where it is known for less than a second.
    package let flow: ShareFlow?
    /// Milliseconds since the time of the oldest record that is not done with; nil for none.
    package let oldestAge: Int64?
  }

  /// Of some partitions, or of all that the group has begun with. Those that there are not are left
  /// out.
  package func positions(
    of group: String, _ asked: [TopicPartition]? = nil
  ) async throws(CoordinatorError) -> [Position] {
    guard let asked else { return try await allPositions(of: group) }
    var positions: [Position] = []
    for id in asked {
      guard let partition = try? broker.partition(id) else { continue }
      positions.append(try await position(of: group, partition))
    }
    return positions
  }

  private func allPositions(of group: String) async throws(CoordinatorError) -> [Position] {
    var positions: [Position] = []
    for shard in broker.shareShards.shards.all {
      let keys = try await shard.read { $0.partitions.keys.filter { $0.group == group } }
      for partition in keys.sorted().compactMap({ self.partition(of: $0) }) {
        positions.append(try await position(of: group, partition))
      }
    }
    return positions.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
  }

  private func position(
    of group: String, _ partition: Partition
  ) async throws(CoordinatorError) -> Position {
    let key = key(of: group, partition)
    let standing = try await broker.shareShards.shards.existing(of: key.description)?.read {
      $0.partitions[key].map { ShareStanding($0) }
    }
    let measure: Measure?
    do throws(LogError) {
      measure = if let standing { try self.measure(key, standing, of: partition) } else { nil }
    } catch { throw CoordinatorError(storing: error) }
    let start = standing?.start(logStart: partition.log.startOffset.rawValue)
    return Position(
      topic: partition.id.topic.description, topicID: partition.topicID,
      partition: partition.id.partition, startOffset: Offset(start ?? -1),
      lag: measure?.remaining ?? -1, depths: measure?.depths ?? ShareDepths(),
      flow: measure?.flow, oldestAge: measure?.oldestAge)
  }

  /// Throws NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND.
  package func requireNoMembers(_ group: String) async throws(CoordinatorError) {
    let shard = try broker.coordination.groups.shard(of: group, in: broker)
    let known = try await shard.read { $0.groups[group] }
    guard let known, known.kind == .share else {
      throw CoordinatorError(.groupIDNotFound, "there is no share group '\(group)'")
    }
    guard known.isEmpty else {
      throw CoordinatorError(
        .nonEmptyGroup, "group '\(group)' has members; stop them before its offsets are changed")
    }
  }

  /// Has a group begin at an offset, within what the log has.
  package func setStart(
    of group: String, _ partition: Partition, to offset: Offset
  ) async throws(CoordinatorError) {
    let key = key(of: group, partition)
    let start = min(max(offset, partition.log.startOffset), partition.log.endOffset)
    try await shard(of: key).run { state, now in state.set(key, to: start.rawValue, at: now) }
  }

  /// Forgets how far a group has got in a partition.
  package func forget(
    _ group: String, _ partition: Partition
  ) async throws(CoordinatorError) {
    let key = key(of: group, partition)
    guard let shard = broker.shareShards.shards.existing(of: key.description) else { return }
    try await shard.run { state, _ in state.forget(key) }
  }

  /// Forgets all that a group has, which was deleted.
  func forget(_ group: String) async throws(CoordinatorError) {
    for shard in broker.shareShards.shards.all {
      try await shard.run { state, _ in state.forget(group: group) }
    }
  }

  func key(of group: String, _ partition: Partition) -> SharePartitionKey {
    SharePartitionKey(
      group: group, topicID: partition.topicID, partition: partition.id.partition)
  }
}
