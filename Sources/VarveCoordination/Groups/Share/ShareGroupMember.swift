package import VarveProtocol

/// A member of a share group: what it asks for, and what it has.
package struct ShareGroupMember: Equatable, Sendable {
  /// The epoch that stands for having left.
  package static let left: Int32 = -1

  package let id: String
  package var rackID: String?
  package var clientID = ""
  package var clientHost = ""
  /// In order, each once.
  package var subscribedTopicNames: [String] = []

  package var epoch: Int32 = 0
  package var previousEpoch: Int32 = 0
  /// What it fetches from, or will as soon as it reads the response.
  package var assigned = PartitionsByTopic()

  init(id: String) { self.id = id }
}

extension ShareGroupMember {
  /// What its metadata record says.
  var metadata: ShareGroupMemberMetadataValue {
    var value = ShareGroupMemberMetadataValue()
    value.rackID = rackID
    value.clientID = clientID
    value.clientHost = clientHost
    value.subscribedTopicNames = subscribedTopicNames
    return value
  }

  mutating func update(from value: ShareGroupMemberMetadataValue) {
    rackID = value.rackID
    clientID = value.clientID
    clientHost = value.clientHost
    subscribedTopicNames = value.subscribedTopicNames
  }

  /// What its current assignment's record says. It is always at rest: 0, Kafka's number for that.
  var currentAssignment: ShareGroupCurrentMemberAssignmentValue {
    var value = ShareGroupCurrentMemberAssignmentValue()
    value.memberEpoch = epoch
    value.previousMemberEpoch = previousEpoch
    value.assignedPartitions = assigned.fields()
    return value
  }

  mutating func update(from value: ShareGroupCurrentMemberAssignmentValue) {
    epoch = value.memberEpoch
    previousEpoch = value.previousMemberEpoch
    assigned = PartitionsByTopic(value.assignedPartitions)
  }
}

extension ShareGroupHeartbeatResponse.TopicPartition: TopicPartitionsField {}
extension ShareGroupTargetAssignmentMemberValue.TopicPartition: TopicPartitionsField {}
extension ShareGroupCurrentMemberAssignmentValue.TopicPartition: TopicPartitionsField {}
