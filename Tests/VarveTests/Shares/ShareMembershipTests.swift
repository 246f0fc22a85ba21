import Testing
import Varve
import VarveBase
import VarveCoordination
import VarveProtocol

/// A member of a share group that is told by hand what the coordinator says, in virtual time.
@Suite struct ShareMembershipTests {
  private static let topic = TopicID(rawValue: 7)

  private static func member() -> ShareMembership {
    ShareMembership(ShareIdentity(group: "workers", member: "m-1"), topics: ["jobs"])
  }

  private static func answer(epoch: Int32, _ assigned: [Int32]? = nil)
    -> ShareGroupHeartbeatResponse
  {
    var response = ShareGroupHeartbeatResponse()
    response.memberEpoch = epoch
    response.heartbeatIntervalMilliseconds = 5_000
    if let assigned {
      var topic = ShareGroupHeartbeatResponse.TopicPartition()
      topic.topicID = Self.topic
      topic.partitions = assigned
      response.assignment = ShareGroupHeartbeatResponse.Assignment()
      response.assignment?.topicPartitions = [topic]
    }
    return response
  }

  private static func partitions(_ indexes: Int32...) -> Set<AssignedPartition> {
    Set(indexes.map { AssignedPartition(topicID: topic, partition: $0) })
  }

  private static func joined() throws -> ShareMembership {
    var member = Self.member()
    _ = try request(&member, at: 0)
    member.receive(answer(epoch: 1, [0, 1]), at: 0)
    return member
  }

  private static func request(
    _ member: inout ShareMembership, at now: Int64
  ) throws -> ShareGroupHeartbeatRequest {
    let request = member.nextRequest(at: now)
    return try #require(request)
  }

  private static func expectSilence(_ member: inout ShareMembership, at now: Int64) {
    let request = member.nextRequest(at: now)
    #expect(request == nil)
  }

  @Test func `the first heartbeat says the topics and later ones nothing`() throws {
    var member = Self.member()
    let join = try Self.request(&member, at: 0)
    #expect(join.memberEpoch == 0 && join.groupID == "workers" && join.memberID == "m-1")
    #expect(join.subscribedTopicNames == ["jobs"])
    Self.expectSilence(&member, at: 1_000)
    member.receive(Self.answer(epoch: 3, [0, 1]), at: 10)
    #expect(member.phase == .member && member.assigned == Self.partitions(0, 1))
    #expect(member.deadline == 5_010)
    Self.expectSilence(&member, at: 5_009)
    let next = try Self.request(&member, at: 5_010)
    #expect(next.memberEpoch == 3 && next.subscribedTopicNames == nil)
    member.receive(Self.answer(epoch: 4), at: 5_010)
    #expect(member.assigned == Self.partitions(0, 1))
    _ = try Self.request(&member, at: 10_010)
    member.receive(Self.answer(epoch: 5, [1]), at: 10_010)
    #expect(member.assigned == Self.partitions(1) && member.epoch == 5)
  }

  @Test(arguments: [ErrorCode.unknownMemberID, .fencedMemberEpoch, .groupIDNotFound])
  func `a member that is lost joins anew at once, and keeps its partitions meanwhile`(
    _ code: ErrorCode
  ) throws {
    var member = try Self.joined()
    _ = try Self.request(&member, at: 5_000)
    member.receive(CoordinatorError(code, "gone"), at: 5_001)
    #expect(member.phase == .joining && member.assigned == Self.partitions(0, 1))
    let join = try Self.request(&member, at: 5_001)
    #expect(join.memberEpoch == 0 && join.subscribedTopicNames == ["jobs"])
  }

  @Test func `a coordinator that is away is asked again, for a minute, with the topics`() throws {
    var member = try Self.joined()
    var now: Int64 = 5_000
    var count = 0
    while member.phase == .member {
      let request = try Self.request(&member, at: now)
      #expect(count == 0 || request.subscribedTopicNames == ["jobs"])
      #expect(request.memberEpoch == 1)
      member.receive(CoordinatorError(.networkException, "away"), at: now)
      now = member.deadline ?? now
      count += 1
    }
    #expect(now >= 65_000 && now < 66_000 && count < 80)
    #expect(member.isOver && member.deadline == nil)
  }

  @Test func `what no repetition mends ends the membership`() throws {
    var member = Self.member()
    _ = try Self.request(&member, at: 0)
    member.receive(CoordinatorError(.groupIDNotFound, "another kind"), at: 0)
    #expect(member.phase == .failed(CoordinatorError(.groupIDNotFound, "another kind")))
    Self.expectSilence(&member, at: 100_000)
  }

  @Test func `who leaves says so once what was asked before is answered`() throws {
    var member = try Self.joined()
    _ = try Self.request(&member, at: 5_000)
    member.leave()
    Self.expectSilence(&member, at: 5_000)
    member.receive(Self.answer(epoch: 2, [0]), at: 5_001)
    let leave = try Self.request(&member, at: 5_001)
    #expect(leave.memberEpoch == -1 && leave.subscribedTopicNames == nil)
    member.receive(CoordinatorError(.networkException, "away"), at: 5_002)
    #expect(member.phase == .left && member.isOver)
  }
}
