import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: the classic group protocol as Kafka documents it.
struct ClassicSessionTests {
  @Test func `heartbeats keep a session, and refuse who is not of this generation`() {
    let (bench, members) = ClassicGroupBench.stable(2)
    for _ in 0..<5 {
      bench.pass(9_999)
      for member in members { #expect(bench.heartbeat(member, generation: 1) == .none) }
    }
    #expect(bench.heartbeat(members[0], generation: 0) == .illegalGeneration)
    #expect(bench.heartbeat("x", generation: 1) == .unknownMemberID)
    bench.pass(9_999)
    #expect(bench.heartbeat(members[0], generation: 1) == .none)
    bench.pass(1)
    #expect(bench.heartbeat(members[0], generation: 1) == .rebalanceInProgress)
    #expect(bench.heartbeat(members[1], generation: 1) == .unknownMemberID)
  }

  @Test func `members that wait for a rebalance need no heartbeats`() {
    let (bench, members) = ClassicGroupBench.stable(2)
    let waiting = bench.join(members[0])
    for _ in 0..<5 {
      bench.pass(9_000)
      #expect(bench.heartbeat(members[1], generation: 1) == .rebalanceInProgress)
    }
    #expect(bench.joins[waiting] == nil)
    bench.join(members[1])
    #expect(bench.joined(waiting)?.generationID == 2)
  }

  @Test func `G26: one rebalance, not two, after a member exceeded max.poll.interval.ms`() {
    let (bench, members) = ClassicGroupBench.stable(2)
    // Its client says so by leaving, and sends no heartbeats from then on.
    #expect(bench.leave((members[0], instance: nil)) == [.none])
    #expect(bench.heartbeat(members[1], generation: 1) == .rebalanceInProgress)
    #expect(bench.joined(bench.join(members[1]))?.generationID == 2)
    bench.sync(members[1], generation: 2, assignments: [members[1]: 7])
    // Its session and the time for a rebalance end, which is nobody's business any more.
    bench.keep([members[1]], generation: 2)
    #expect(bench.heartbeat(members[0], generation: 1) == .unknownMemberID)
    // It polls again at last.
    let (late, request) = bench.joinNew()
    #expect(bench.heartbeat(members[1], generation: 2) == .rebalanceInProgress)
    bench.join(members[1])
    #expect(bench.joined(request)?.generationID == 3)
    bench.sync(members[1], generation: 3, assignments: [members[1]: 7, late: 8])
    bench.sync(late, generation: 3)
    bench.keep([members[1], late], generation: 3)
  }

  @Test func `the last one to leave empties the group, which keeps its protocol type`() throws {
    let (bench, members) = ClassicGroupBench.stable(2)
    #expect(
      bench.leave((members[0], nil), ("x", nil), (members[1], nil))
        == [.none, .unknownMemberID, .none])
    #expect(bench.group.state == .empty && bench.group.generation == 2)
    let stored = try #require(bench.values.last ?? nil)
    #expect(stored.protocolType == "consumer" && stored.protocolName == nil)
    #expect(stored.leader == nil && stored.members.isEmpty)
    #expect(bench.group.nextDeadline == nil)
  }

  @Test func `a pending member that leaves no longer holds up the others`() {
    let (bench, members) = ClassicGroupBench.stable(1)
    let pending = bench.joined(bench.join())?.memberID ?? ""
    let waiting = bench.join(members[0])
    #expect(bench.joins[waiting] == nil)
    #expect(bench.leave((pending, instance: nil)) == [.none])
    #expect(bench.joined(waiting)?.generationID == 2)
  }

  @Test func `before version 3 a leave has one error`() throws {
    let (bench, members) = ClassicGroupBench.stable(1)
    var request = LeaveGroupRequest()
    (request.groupID, request.memberID) = ("g", "x")
    let refused = try bench.group.leave(request, version: 2, by: .test(at: bench.now))
    #expect(refused.reply.errorCode == .unknownMemberID && refused.reply.members.isEmpty)
    request.memberID = members[0]
    let left = try bench.group.leave(request, version: 2, by: .test(at: bench.now))
    #expect(left.reply.errorCode == .none && bench.group.state == .empty)
  }

  @Test func `after a failure of the coordinator members go on, with sessions that start anew`() {
    let (bench, members) = ClassicGroupBench.stable(2)
    bench.pass(9_999)
    bench.restart()
    bench.pass(9_999)
    for member in members { #expect(bench.heartbeat(member, generation: 1) == .none) }
    #expect(bench.assignment(bench.sync(members[1], generation: 1)) == [1])
    bench.pass(10_000)
    #expect(bench.group.state == .empty)
  }

  @Test func `G26: commits are for members of the generation, or for anybody while it is empty`() {
    func refusal(_ bench: ClassicGroupBench, _ member: String, _ generation: Int32) -> ErrorCode {
      do throws(CoordinatorError) {
        try bench.group.validateCommit(
          memberID: member, generation: generation, instanceID: nil)
        return .none
      } catch {
        return error.code
      }
    }
    let (bench, members) = ClassicGroupBench.stable(2)
    #expect(refusal(bench, members[0], 1) == .none)
    #expect(refusal(bench, members[0], 0) == .illegalGeneration)
    #expect(refusal(bench, "x", 1) == .unknownMemberID)
    #expect(refusal(bench, "", -1) == .unknownMemberID)
    bench.join(members[0])
    #expect(refusal(bench, members[0], 1) == .none, "before it gives up its partitions")
    bench.join(members[1])
    #expect(refusal(bench, members[0], 2) == .rebalanceInProgress)
    #expect(refusal(ClassicGroupBench(), "", -1) == .none)
    #expect(refusal(ClassicGroupBench(), "x", 1) == .unknownMemberID)
  }

  @Test func `a commit keeps a session`() {
    let (bench, members) = ClassicGroupBench.stable(1)
    bench.pass(9_999)
    bench.group.sawCommit(of: members[0], at: Caller.test(at: bench.now).now)
    bench.pass(9_999)
    #expect(bench.heartbeat(members[0], generation: 1) == .none)
  }

  @Test func `only an empty group is deleted, and then refuses everything`() throws {
    let (bench, members) = ClassicGroupBench.stable(1)
    #expect(throws: CoordinatorError.self) { try bench.group.validateDelete() }
    #expect(bench.leave((members[0], instance: nil)) == [.none])
    let deleted = try bench.group.delete(at: Caller.test(at: bench.now).now)
    #expect(deleted.records.count == 1)
    #expect(deleted.records.first?.encoded.value == nil)
    #expect(bench.group.state == .dead && bench.group.nextDeadline == nil)
    #expect(bench.joinError(bench.join()) == .coordinatorNotAvailable)
    #expect(bench.heartbeat(members[0], generation: 1) == .coordinatorNotAvailable)
    #expect(bench.leave((members[0], instance: nil)) == [.coordinatorNotAvailable])
  }

  @Test func `offsets are deleted of empty groups, and of ones of consumers`() throws {
    let (bench, members) = ClassicGroupBench.stable(1)
    try bench.group.validateOffsetDelete()
    #expect(bench.leave((members[0], instance: nil)) == [.none])
    try bench.group.validateOffsetDelete()
    bench.join(type: "connect", version: 3)
    #expect(throws: CoordinatorError.self) { try bench.group.validateOffsetDelete() }
  }

  @Test func `the topics of a stable group of consumers are known`() {
    var subscription = ConsumerProtocolSubscription()
    subscription.topics = ["a", "b"]
    let metadata = ConsumerProtocolFrame.encode(subscription, version: 3)
    let bench = ClassicGroupBench()
    #expect(bench.group.subscribedTopics == nil)
    bench.join(metadata: metadata, version: 3)
    #expect(bench.group.subscribedTopics == nil)
    bench.pass(3_000)
    bench.sync("c-1", generation: 1)
    #expect(bench.group.subscribedTopics == ["a", "b"])
    #expect(bench.leave(("c-1", instance: nil)) == [.none])
    #expect(bench.group.subscribedTopics == [])
  }

  @Test func `subscriptions of newer versions and torn ones`() throws {
    var subscription = ConsumerProtocolSubscription()
    subscription.topics = ["a"]
    var bytes = Array(ConsumerProtocolFrame.encode(subscription, version: 3))
    bytes[1] = 9
    // A field of version 9, say, follows.
    for more in [[], [1, 2, 3]] as [[UInt8]] {
      let decoded = try ConsumerProtocolFrame.subscription(ByteSlice(bytes + more))
      #expect(decoded.topics == ["a"])
    }
    let negative = ByteSlice([0xFF] + bytes.dropFirst())
    #expect(throws: WireError.self) { try ConsumerProtocolFrame.subscription(negative) }
    for count in 0..<6 {
      let torn = ByteSlice(bytes.prefix(count))
      #expect(throws: WireError.self) { try ConsumerProtocolFrame.subscription(torn) }
    }
  }
}

extension ClassicGroupBench {
  /// Lets a hundred seconds pass, longer than a session and the time for a rebalance: members of a
  /// generation that send their heartbeats hear of no rebalance.
  fileprivate func keep(_ members: [String], generation: Int32) {
    for _ in 0..<20 {
      pass(5_000)
      for member in members { #expect(heartbeat(member, generation: generation) == .none) }
    }
  }
}
