package import VarveProtocol

/// A member of a consumer group: what it asks for, and what it has.
package struct ConsumerGroupMember: Equatable, Sendable {
  /// How far a member has come on its way to the target assignment (KIP-848), with Kafka's numbers.
  package enum State: Int8, Sendable {
    /// It has what its epoch gives it.
    case stable = 0
    /// It has to give partitions up first, and has not said yet that it did.
    case unrevokedPartitions = 1
    /// Partitions that it will get are still with their former owners.
    case unreleasedPartitions = 2
  }

  /// The epoch that stands for having left for good, and that of a static member which is expected
  /// back.
  package static let left: Int32 = -1
  package static let leftForNow: Int32 = -2

  package let id: String
  package var instanceID: String?
  package var rackID: String?
  package var clientID = ""
  package var clientHost = ""
  package var subscribedTopicNames: [String] = []
  package var subscribedPattern: String?
  package var rebalanceTimeout: Int32 = -1
  package var serverAssignor: String?
  /// What a member of the classic protocol brought; nil for one of the consumer protocol.
  package var classicMetadata: ConsumerGroupMemberMetadataValue.ClassicMemberMetadata?

  package var epoch: Int32 = 0
  package var previousEpoch: Int32 = 0
  package var state = State.stable
  /// What it owns, or will as soon as it reads the response.
  package var assigned = PartitionsByTopic()
  /// What it owned and has been told to give up. Nobody else gets that before it did.
  package var pendingRevocation = PartitionsByTopic()

  init(id: String) { self.id = id }

  /// Another member in the place of a static one that left: at the start of its life, with all that
  /// the other had.
  init(id: String, replacing other: ConsumerGroupMember) {
    self.init(id: id)
    update(from: other.metadata)
    state = other.state
    assigned = other.assigned
    pendingRevocation = other.pendingRevocation
  }

  /// Whether a static member of this name has left and is expected back.
  package var isAway: Bool { epoch == Self.leftForNow }

  func isReconciled(to targetEpoch: Int32) -> Bool { state == .stable && epoch == targetEpoch }

  mutating func move(to epoch: Int32) {
    previousEpoch = self.epoch
    self.epoch = epoch
  }
}

extension ConsumerGroupMember {
  /// What its metadata record says.
  var metadata: ConsumerGroupMemberMetadataValue {
    var value = ConsumerGroupMemberMetadataValue()
    value.instanceID = instanceID
    value.rackID = rackID
    value.clientID = clientID
    value.clientHost = clientHost
    value.subscribedTopicNames = subscribedTopicNames
    value.subscribedTopicRegex = subscribedPattern
    value.rebalanceTimeoutMilliseconds = rebalanceTimeout
    value.serverAssignor = serverAssignor
    value.classicMemberMetadata = classicMetadata
    return value
  }

  mutating func update(from value: ConsumerGroupMemberMetadataValue) {
    instanceID = value.instanceID
    rackID = value.rackID
    clientID = value.clientID
    clientHost = value.clientHost
    subscribedTopicNames = value.subscribedTopicNames
    subscribedPattern =
      value.subscribedTopicRegex?.isEmpty == true ? nil : value.subscribedTopicRegex
    rebalanceTimeout = value.rebalanceTimeoutMilliseconds
    serverAssignor = value.serverAssignor
    classicMetadata = value.classicMemberMetadata
  }

  /// What its current assignment's record says.
  var currentAssignment: ConsumerGroupCurrentMemberAssignmentValue {
    var value = ConsumerGroupCurrentMemberAssignmentValue()
    value.memberEpoch = epoch
    value.previousMemberEpoch = previousEpoch
    value.state = state.rawValue
    value.assignedPartitions = assigned.fields()
    value.partitionsPendingRevocation = pendingRevocation.fields()
    return value
  }

  /// A state of a later Kafka counts as partitions not yet revoked: the member goes on once it says
  /// what it owns.
  mutating func update(from value: ConsumerGroupCurrentMemberAssignmentValue) {
    epoch = value.memberEpoch
    previousEpoch = value.previousMemberEpoch
    state = State(rawValue: value.state) ?? .unrevokedPartitions
    assigned = PartitionsByTopic(value.assignedPartitions)
    pendingRevocation = PartitionsByTopic(value.partitionsPendingRevocation)
  }
}
