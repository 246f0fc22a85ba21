import Testing
import Varve
import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// A member that is told by hand what the coordinator says, in virtual time.
@Suite struct GroupMembershipTests {
  private static let topic = TopicID(rawValue: 7)

  private static func partitions(_ indexes: Int32...) -> Set<AssignedPartition> {
    Set(indexes.map { AssignedPartition(topicID: topic, partition: $0) })
  }

  private static func member(instanceID: String? = nil) -> GroupMembership {
    GroupMembership(
      GroupMembership.Identity(
        group: "billing", memberID: "m-1", instanceID: instanceID,
        subscription: .topics(["orders"])))
  }

  private static func answer(
    epoch: Int32, _ assigned: Set<AssignedPartition>? = nil
  ) -> ConsumerGroupHeartbeatResponse {
    var response = ConsumerGroupHeartbeatResponse()
    response.memberEpoch = epoch
    response.heartbeatIntervalMilliseconds = 5_000
    if let assigned {
      var topic = ConsumerGroupHeartbeatResponse.TopicPartition()
      topic.topicID = Self.topic
      topic.partitions = assigned.map(\.partition).sorted()
      response.assignment = ConsumerGroupHeartbeatResponse.Assignment()
      response.assignment?.topicPartitions = [topic]
    }
    return response
  }

  private static func joined(_ assigned: Set<AssignedPartition>) -> GroupMembership {
    var member = member()
    _ = member.nextRequest(at: 0)
    member.receive(answer(epoch: 1, assigned), at: 0)
    member.reconcile(revoked: [], added: assigned)
    _ = member.nextRequest(at: 0)
    member.receive(answer(epoch: 1), at: 0)
    return member
  }

  @Test func `the first heartbeat says everything and later ones only what is new`() throws {
    var member = Self.member()
    let join = try member.request(at: 0)
    #expect(join.memberEpoch == 0)
    #expect(join.groupID == "billing")
    #expect(join.memberID == "m-1")
    #expect(join.subscribedTopicNames == ["orders"])
    #expect(join.rebalanceTimeoutMilliseconds == 300_000)
    #expect(join.topicPartitions == [])
    member.expectSilence(at: 0)

    member.receive(Self.answer(epoch: 3), at: 10)
    #expect(member.phase == .member)
    #expect(member.deadline == 5_010)
    member.expectSilence(at: 5_009)
    let next = try member.request(at: 5_010)
    #expect(next.memberEpoch == 3)
    #expect(next.subscribedTopicNames == nil)
    #expect(next.topicPartitions == nil)
    #expect(next.rebalanceTimeoutMilliseconds == -1)
  }

  @Test func `partitions are the member's once it says so, and the group hears of it at once`()
    throws
  {
    var member = Self.member()
    _ = member.nextRequest(at: 0)
    member.receive(Self.answer(epoch: 1, Self.partitions(0, 1)), at: 0)
    #expect(member.owned.isEmpty)
    #expect(member.reconciliation?.added == Self.partitions(0, 1))
    #expect(member.reconciliation?.revoked == [])

    member.reconcile(revoked: [], added: Self.partitions(0, 1))
    #expect(member.reconciliation == nil)
    let acknowledgement = try member.request(at: 0)
    #expect(acknowledgement.topicPartitions?.first?.partitions == [0, 1])
  }

  @Test func `a partition to be given up stays reported until it is`() throws {
    var member = Self.joined(Self.partitions(0, 1))
    member.hasten()
    _ = member.nextRequest(at: 10)
    member.receive(Self.answer(epoch: 2, Self.partitions(0)), at: 10)
    #expect(member.reconciliation?.revoked == Self.partitions(1))

    // The body of the loop still works: heartbeats go on and confirm nothing.
    let meanwhile = try member.request(at: 5_010)
    #expect(meanwhile.topicPartitions == nil)
    #expect(member.owned == Self.partitions(0, 1))
    member.receive(Self.answer(epoch: 2), at: 5_011)

    member.reconcile(revoked: Self.partitions(1), added: [])
    let acknowledgement = try member.request(at: 5_012)
    #expect(acknowledgement.topicPartitions?.first?.partitions == [0])
  }

  @Test func `what became of a partition while the answer was on its way is said right after`()
    throws
  {
    var member = Self.joined(Self.partitions(0))
    member.hasten()
    _ = member.nextRequest(at: 1)
    member.receive(Self.answer(epoch: 2, Self.partitions()), at: 1)
    member.hasten()
    _ = member.nextRequest(at: 2)
    member.reconcile(revoked: Self.partitions(0), added: [])
    member.expectSilence(at: 2)
    member.receive(Self.answer(epoch: 2), at: 3)
    let topicPartitions = try member.request(at: 3).topicPartitions
    #expect(topicPartitions == [])
  }

  @Test(arguments: [ErrorCode.fencedMemberEpoch, .unknownMemberID])
  func `a fenced member gives up everything before it joins anew`(_ code: ErrorCode) throws {
    var member = Self.joined(Self.partitions(0, 1))
    _ = member.nextRequest(at: 5_000)
    member.receive(CoordinatorError(code, "fenced"), at: 5_001)
    #expect(member.phase == .lost)
    #expect(member.owned == Self.partitions(0, 1), "until the consumer has stopped reading them")
    #expect(member.reconciliation == nil)
    member.expectSilence(at: 100_000)

    member.rejoin()
    let join = try member.request(at: 100_000)
    #expect(join.memberEpoch == 0)
    #expect(join.memberID == "m-1")
    #expect(join.subscribedTopicNames == ["orders"])
    #expect(join.topicPartitions == [])
  }

  @Test func `an error that passes is tried again, with everything said anew`() throws {
    var member = Self.joined(Self.partitions(0))
    var now: Int64 = 5_000
    var waits: [Int64] = []
    for _ in 0..<8 {
      _ = member.nextRequest(at: now)
      member.receive(CoordinatorError(.coordinatorLoadInProgress, "loading"), at: now)
      let deadline = try #require(member.deadline)
      waits.append(deadline - now)
      now = deadline
    }
    #expect(waits == [50, 100, 200, 400, 800, 1_000, 1_000, 1_000])
    let again = try member.request(at: now)
    #expect(again.memberEpoch == 1)
    #expect(again.subscribedTopicNames == ["orders"])
    #expect(again.topicPartitions?.first?.partitions == [0])
    #expect(member.phase == .member)
  }

  @Test(arguments: [
    ErrorCode.invalidRequest, .unsupportedAssignor, .groupMaxSizeReached, .fencedInstanceID,
    .unreleasedInstanceID, .invalidRegularExpression, .groupAuthorizationFailed,
  ])
  func `an error that no repetition mends ends the member`(_ code: ErrorCode) {
    var member = Self.member()
    _ = member.nextRequest(at: 0)
    member.receive(CoordinatorError(code, "no"), at: 0)
    #expect(member.phase == .failed(CoordinatorError(code, "no")))
    #expect(member.deadline == nil)
  }

  @Test func `G36: a coordinator that gives no answer for a minute ends the member`() throws {
    var member = Self.joined(Self.partitions(0))
    let gone = CoordinatorError(.coordinatorNotAvailable, "gone")
    var now: Int64 = 5_000
    while now < 65_000 {
      _ = try member.request(at: now)
      member.receive(gone, at: now)
      #expect(member.phase == .member)
      now = try #require(member.deadline)
    }
    _ = try member.request(at: now)
    member.receive(gone, at: now)
    #expect(member.phase == .failed(gone))
  }

  @Test func `leaving waits for the answer that is on its way, and then for its own`() throws {
    var member = Self.joined(Self.partitions(0))
    _ = member.nextRequest(at: 5_000)
    member.leave(isComingBack: false)
    member.expectSilence(at: 5_000)
    member.receive(Self.answer(epoch: 2, Self.partitions(0, 1)), at: 5_001)
    #expect(member.phase == .leaving)
    #expect(member.reconciliation == nil)
    let memberEpoch = try member.request(at: 5_001).memberEpoch
    #expect(memberEpoch == -1)
    member.receive(Self.answer(epoch: -1), at: 5_002)
    #expect(member.phase == .left)
    member.expectSilence(at: 1_000_000)
  }

  @Test func `a coordinator that fails a goodbye does not keep the member`() {
    var member = Self.joined([])
    member.leave(isComingBack: false)
    _ = member.nextRequest(at: 0)
    member.receive(CoordinatorError(.coordinatorNotAvailable, "gone"), at: 0)
    #expect(member.phase == .left)
  }

  @Test func `G31: a static member that comes back leaves with its place kept`() throws {
    var member = Self.member(instanceID: "i-1")
    let instanceID = try member.request(at: 0).instanceID
    #expect(instanceID == "i-1")
    member.receive(Self.answer(epoch: 1), at: 0)
    member.leave(isComingBack: true)
    let memberEpoch = try member.request(at: 0).memberEpoch
    #expect(memberEpoch == -2)

    var forGood = Self.member(instanceID: "i-1")
    forGood.leave(isComingBack: false)
    let leavingEpoch = try forGood.request(at: 0).memberEpoch
    #expect(leavingEpoch == -1)
  }

  @Test func `a pattern is sent as such`() throws {
    var member = GroupMembership(
      GroupMembership.Identity(
        group: "billing", memberID: "m", subscription: .pattern("orders-.*")))
    let join = try member.request(at: 0)
    #expect(join.subscribedTopicRegex == "orders-.*")
    #expect(join.subscribedTopicNames == nil)
  }
}

extension GroupMembership {
  /// The request that has to be due now.
  fileprivate mutating func request(at now: Int64) throws -> ConsumerGroupHeartbeatRequest {
    let request = nextRequest(at: now)
    return try #require(request)
  }

  fileprivate mutating func expectSilence(
    at now: Int64, _ location: SourceLocation = #_sourceLocation
  ) {
    let request = nextRequest(at: now)
    #expect(request == nil, sourceLocation: location)
  }
}
