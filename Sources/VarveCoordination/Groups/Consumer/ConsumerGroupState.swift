internal import VarveBase
internal import VarveProtocol

/// All of a consumer group that is stored. Only ``replay(_:)`` changes it.
package struct ConsumerGroupState: Equatable, Sendable {
  /// A topic as the group saw it last.
  struct KnownTopic: Equatable, Sendable {
    let id: TopicID
    let partitionCount: Int32
  }

  package let groupID: String
  package private(set) var epoch: Int32 = 0
  package private(set) var targetEpoch: Int32 = 0
  package private(set) var members: [String: ConsumerGroupMember] = [:]
  /// Each member's share of the target assignment.
  package private(set) var targets: [String: PartitionsByTopic] = [:]
  /// The topics that members subscribe to, by name, as far as they exist.
  private(set) var topics: [String: KnownTopic] = [:]
  /// The names of topics that each subscribed pattern stands for.
  private(set) var patterns: [String: [String]] = [:]

  /// Ids of static members by their instance ids.
  package private(set) var staticMembers: [String: String] = [:]
  private(set) var owners = PartitionOwners()

  init(groupID: String) { self.groupID = groupID }

  /// Takes in a record of this group; those of offsets and of other kinds of groups are none of
  /// its.
  mutating func replay(_ record: GroupRecord) {
    switch record {
    case .consumerGroupMetadata(_, let value):
      epoch = value?.epoch ?? 0
    case .consumerGroupPartitionMetadata(_, let value):
      topics = Self.topics(in: value)
    case .consumerGroupMemberMetadata(let key, let value):
      replay(key.memberID, value)
    case .consumerGroupTargetAssignmentMetadata(_, let value):
      targetEpoch = value?.assignmentEpoch ?? 0
    case .consumerGroupTargetAssignmentMember(let key, let value):
      targets[key.memberID] = value.map { PartitionsByTopic($0.topicPartitions) }
    case .consumerGroupCurrentMemberAssignment(let key, let value):
      replay(key.memberID, value)
    case .consumerGroupRegularExpression(let key, let value):
      patterns[key.regularExpression] = value?.topics
    case .offsetCommit, .groupMetadata, .shareGroupMemberMetadata, .shareGroupMetadata,
      .shareGroupTargetAssignmentMetadata,
      .shareGroupTargetAssignmentMember, .shareGroupCurrentMemberAssignment,
      .shareGroupStatePartitionMetadata:
      break
    }
  }

  /// Counts anew who has what, once all records are there: until then, compaction may make it look
  /// as if two had it.
  mutating func recount() {
    owners = PartitionOwners()
    for member in members.values { owners.add(member) }
  }

  private static func topics(
    in value: ConsumerGroupPartitionMetadataValue?
  ) -> [String: KnownTopic] {
    var topics: [String: KnownTopic] = [:]
    for topic in value?.topics ?? [] {
      topics[topic.topicName] = KnownTopic(id: topic.topicID, partitionCount: topic.numPartitions)
    }
    return topics
  }

  private mutating func replay(_ id: String, _ value: ConsumerGroupMemberMetadataValue?) {
    var member = members[id] ?? ConsumerGroupMember(id: id)
    if let instance = member.instanceID, staticMembers[instance] == id {
      staticMembers[instance] = nil
    }
    guard let value else {
      owners.remove(member)
      members[id] = nil
      return
    }
    member.update(from: value)
    if let instance = member.instanceID { staticMembers[instance] = id }
    members[id] = member
  }

  /// The record of a member's metadata may come later: compaction keeps the last of each.
  private mutating func replay(_ id: String, _ value: ConsumerGroupCurrentMemberAssignmentValue?) {
    guard var member = members[id] ?? value.map({ _ in ConsumerGroupMember(id: id) }) else {
      return
    }
    owners.remove(member)
    member.update(from: value ?? ConsumerGroupCurrentMemberAssignmentValue())
    owners.add(member)
    members[id] = member
  }
}
