package import VarveBase
package import VarveCoordination
internal import VarveLog

/// What Varve's queues have beyond Kafka's share groups.
extension BrokerShares {
  /// Wakes what a group has parked under a token, in the topics that `isIncluded` names. Returns
  /// how many records there were; 0 where nothing is parked under it, or not yet.
  ///
  /// Throws INVALID_REQUEST for a token that is empty or too long.
  package func unpark(
    _ token: String, of group: String, where isIncluded: (String) -> Bool = { _ in true }
  ) async throws(CoordinatorError) -> Int {
    try SharePartition.check(token: token)
    let settings = ShareSettings(configuration(of: group))
    var count = 0
    for shard in broker.shareShards.shards.all {
      let keys = try await shard.read { $0.partitions.keys.filter { $0.group == group } }
      for key in keys.sorted() {
        guard let name = broker.topicName(of: key.topicID), isIncluded(name.description) else {
          continue
        }
        count += try await shard.run { state, now in
          state.unpark(token, of: key, settings, at: now)
        }
      }
    }
    return count
  }

  /// The offset of the message that the record at an offset is a copy of, for a group; nil where it
  /// is none, or cannot be read yet. A group that begins with what is to come is not begun.
  package func first(
    ofCopyAt offset: Offset, of partition: Partition, group: String
  ) async throws(CoordinatorError) -> Offset? {
    let key = key(of: group, partition)
    var groundwork = try ShareGroundwork(self, key, of: partition)
    let settings = groundwork.settings
    while true {
      let readable = groundwork.readable
      let search = try await groundwork.shard.run { state, now in
        state.first(ofCopyAt: offset.rawValue, in: key, log: readable, settings, at: now)
      }
      switch search {
      case .found(let first): return first.map { Offset($0) }
      case .needs(.unknown) where groundwork.configuration.offsetReset == .latest: return nil
      case .needs(let need):
        guard try await groundwork.provide(need) else { return nil }
      }
    }
  }
}
