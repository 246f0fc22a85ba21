package import VarveBase

/// Which member has each partition, one that it is giving up included.
package struct PartitionOwners: Equatable, Sendable {
  private var members: [TopicID: [Int32: String]] = [:]

  package init() {}

  package subscript(topic: TopicID, partition: Int32) -> String? { members[topic]?[partition] }

  func isFree(_ topic: TopicID, _ partition: Int32, for member: String) -> Bool {
    self[topic, partition].map { $0 == member } ?? true
  }

  mutating func add(_ member: ConsumerGroupMember) {
    for partitions in [member.assigned, member.pendingRevocation] {
      partitions.forEach { members[$0, default: [:]][$1] = member.id }
    }
  }

  /// Leaves alone what another member was found to have since: in a log that compaction has thinned
  /// out, the record by which this one gave it up may be gone or come late.
  mutating func remove(_ member: ConsumerGroupMember) {
    for partitions in [member.assigned, member.pendingRevocation] {
      partitions.forEach { topic, partition in
        guard members[topic]?[partition] == member.id else { return }
        members[topic]?[partition] = nil
        if members[topic]?.isEmpty == true { members[topic] = nil }
      }
    }
  }
}
