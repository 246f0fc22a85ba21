import VarveBase
import VarveCoordination
import VarveProtocol

/// A classic member of a group of consumers, by hand: what a stock client asks, one request at a
/// time. On the thread that its connection is used on.
struct WireMember {
  let client: WireClient
  let group: String
  let topic: String
  /// The name of a static member.
  let instance: String?
  private(set) var id = ""
  private(set) var generation: Int32 = -1
  /// The members of the generation where it is their leader; else nobody.
  private(set) var members: [String] = []
  private(set) var partitions: Set<Int32> = []

  init(_ client: WireClient, group: String, topic: String, instance: String? = nil) {
    self.client = client
    self.group = group
    self.topic = topic
    self.instance = instance
  }

  private var joinRequest: JoinGroupRequest {
    var subscription = ConsumerProtocolSubscription()
    subscription.topics = [topic]
    subscription.ownedPartitions = owned
    var offered = JoinGroupRequest.MemberProtocol()
    offered.name = "range"
    offered.metadata = ConsumerProtocolFrame.encode(subscription, version: 3)
    var request = JoinGroupRequest()
    request.groupID = group
    request.memberID = id
    request.groupInstanceID = instance
    // Whatever holds a test up, no member is put out for it.
    request.sessionTimeoutMilliseconds = 600_000
    request.rebalanceTimeoutMilliseconds = 600_000
    request.protocolType = ConsumerProtocolFrame.protocolType
    request.protocols = [offered]
    return request
  }

  private var owned: [ConsumerProtocolSubscription.OwnedPartition] {
    guard !partitions.isEmpty else { return [] }
    var owned = ConsumerProtocolSubscription.OwnedPartition()
    (owned.topic, owned.partitions) = (topic, partitions.sorted())
    return [owned]
  }

  /// Asks to join without waiting for the others, and as a new member does: it is given its name
  /// first.
  mutating func postJoin() throws -> Int32 {
    if id.isEmpty && instance == nil {
      let named: JoinGroupResponse = try client.ask(joinRequest, version: 9)
      guard named.errorCode == .memberIDRequired else { throw Failure(code: named.errorCode) }
      id = named.memberID
    }
    return try client.post(joinRequest, version: 9)
  }

  mutating func takeJoin(_ ticket: Int32) throws -> ErrorCode {
    let joined = try client.take(JoinGroupResponse.self, version: 9, correlationID: ticket)
    guard joined.errorCode == ErrorCode.none else { return joined.errorCode }
    (id, generation) = (joined.memberID, joined.generationID)
    members =
      joined.leader == id && !joined.skipsAssignment ? joined.members.map(\.memberID) : []
    return ErrorCode.none
  }

  mutating func join() throws -> ErrorCode {
    let ticket = try postJoin()
    return try takeJoin(ticket)
  }

  /// Brings the assignment, where it is the leader, and asks for its own.
  func syncRequest(_ assigned: [String: Set<Int32>]) -> SyncGroupRequest {
    var request = SyncGroupRequest()
    (request.groupID, request.memberID, request.generationID) = (group, id, generation)
    request.groupInstanceID = instance
    request.protocolType = ConsumerProtocolFrame.protocolType
    request.protocolName = "range"
    request.assignments = assigned.sorted { $0.key < $1.key }.map { member, partitions in
      var part = ConsumerProtocolAssignment.AssignedPartition()
      (part.topic, part.partitions) = (topic, partitions.sorted())
      var whole = ConsumerProtocolAssignment()
      whole.assignedPartitions = [part]
      var assignment = SyncGroupRequest.Assignment()
      assignment.memberID = member
      assignment.assignment = ConsumerProtocolFrame.encode(whole, version: 3)
      return assignment
    }
    return request
  }

  mutating func takeSync(_ response: SyncGroupResponse) throws -> ErrorCode {
    guard response.errorCode == ErrorCode.none else { return response.errorCode }
    let assignment = try ConsumerProtocolFrame.assignment(response.assignment)
    partitions = Set(assignment.assignedPartitions.flatMap(\.partitions))
    return ErrorCode.none
  }

  /// Joins and syncs until it is of a generation that others let be.
  mutating func settle(partitionCount: Int) throws {
    while true {
      let code = try settleOnce(partitionCount)
      if code == ErrorCode.none { return }
      guard code == .rebalanceInProgress else { throw Failure(code: code) }
    }
  }

  private mutating func settleOnce(_ partitionCount: Int) throws -> ErrorCode {
    let code = try join()
    guard code == ErrorCode.none else { return code }
    var assigned: [String: Set<Int32>] = [:]
    for partition in 0..<(members.isEmpty ? 0 : partitionCount) {
      assigned[members[partition % members.count], default: []].insert(Int32(partition))
    }
    let response: SyncGroupResponse = try client.ask(syncRequest(assigned), version: 5)
    return try takeSync(response)
  }

  func heartbeat() throws -> ErrorCode {
    var request = HeartbeatRequest()
    (request.groupID, request.memberID, request.generationID) = (group, id, generation)
    request.groupInstanceID = instance
    let response: HeartbeatResponse = try client.ask(request, version: 4)
    return response.errorCode
  }

  func commit(_ offset: Offset, of partition: Int32 = 0) throws -> ErrorCode {
    var request = OffsetCommitRequest()
    (request.groupID, request.memberID) = (group, id)
    request.generationIDOrMemberEpoch = generation
    request.groupInstanceID = instance
    var entry = OffsetCommitRequest.Topic.Partition()
    (entry.partitionIndex, entry.committedOffset) = (partition, offset)
    var asked = OffsetCommitRequest.Topic()
    (asked.name, asked.partitions) = (topic, [entry])
    request.topics = [asked]
    let response: OffsetCommitResponse = try client.ask(request, version: 8)
    guard let answer = response.topics.first?.partitions.first else {
      throw WireClient.Failure(description: "a commit of one partition has no answer")
    }
    return answer.errorCode
  }

  func leave() throws -> ErrorCode {
    var member = LeaveGroupRequest.Member()
    (member.memberID, member.groupInstanceID) = (id, instance)
    var request = LeaveGroupRequest()
    (request.groupID, request.members) = (group, [member])
    let response: LeaveGroupResponse = try client.ask(request, version: 5)
    return response.members.first?.errorCode ?? response.errorCode
  }

  /// What a request was answered that a member has no answer to.
  struct Failure: Error, CustomStringConvertible {
    let code: ErrorCode
    var description: String { "the server answered \(code)" }
  }
}
