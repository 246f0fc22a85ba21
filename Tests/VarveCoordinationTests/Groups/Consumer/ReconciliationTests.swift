import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: the steps that KIP-848 describes, written out.
struct ReconciliationTests {
  @Test("G30: a partition is given only after its owner has said that it gave it up")
  func revokedFirst() throws {
    var test = GroupUnderTest(topics: [("t", 4)])
    let first = try test.send(.join("a"))
    #expect(first.memberEpoch == 1)
    #expect(first.partitions() == [0, 1, 2, 3])
    #expect(test.group.phase == .stable)

    // The second member makes a new target, and waits.
    let second = try test.send(.join("b"))
    #expect(second.memberEpoch == 2)
    #expect(second.partitions() == [])
    #expect(test.group.phase == .reconciling)

    // The first is told what it keeps; it stays at its epoch until it says that it obeyed.
    var reply = try test.send(.beat("a", 1))
    #expect(reply.memberEpoch == 1)
    #expect(reply.partitions() == [0, 1])
    #expect(test.group.state.members["a"]?.state == .unrevokedPartitions)
    reply = try test.send(.beat("a", 1, owned: ["t": [0, 1, 2, 3]]))
    #expect(reply.assignment == ConsumerGroupHeartbeatResponse.Assignment?.none)
    reply = try test.send(.beat("b", 2))
    #expect(reply.assignment == nil, "still with the first")

    reply = try test.send(.beat("a", 1, owned: ["t": [0, 1]]))
    #expect(reply.memberEpoch == 2)
    reply = try test.send(.beat("b", 2))
    #expect(reply.partitions() == [2, 3])
    #expect(test.group.phase == .stable)
  }

  @Test func `a member that does not give up in time is put out, and what it had is free`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a"))
    _ = try test.send(.join("b"))
    _ = try test.send(.beat("a", 1))
    for time in stride(from: Int64(30_000), to: 60_000, by: 10_000) {
      test.now = time
      _ = try test.send(.beat("a", 1, owned: ["t": [0, 1]]))
      _ = try test.send(.beat("b", 2))
    }
    test.now = 59_999
    test.expire()
    #expect(test.group.state.members.count == 2)
    #expect(test.group.nextDeadline == 60_000)
    test.now = 60_000
    test.expire()
    #expect(test.group.state.members.keys.sorted() == ["b"])
    #expect(test.refusal(of: .beat("a", 1, owned: ["t": [0, 1]])) == .unknownMemberID)
    let reply = try test.send(.beat("b", 2))
    #expect(reply.partitions() == [0, 1])
  }

  @Test func `a member that is not heard of for the session timeout is put out`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a"))
    #expect(test.group.nextDeadline == 45_000)
    test.now = 1000
    _ = try test.send(.beat("a", 1))
    #expect(test.group.nextDeadline == 46_000)
    test.now = 46_000
    test.expire()
    #expect(test.group.phase == .empty)
    #expect(test.group.nextDeadline == nil)
    #expect(test.group.state.targetEpoch == test.group.state.epoch)
  }

  @Test func `a coordinator that starts again gives sessions and revocations their whole time`()
    throws
  {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a"))
    _ = try test.send(.join("b"))
    _ = try test.send(.beat("a", 1))
    test.now = 40_000
    test.restart()
    #expect(test.group.nextDeadline == 85_000)
    test.now = 80_000
    _ = try test.send(.beat("a", 1, owned: ["t": [0, 1]]))
    _ = try test.send(.beat("b", 2))
    #expect(test.group.nextDeadline == 100_000, "the revocation's")
  }

  @Test func `topics that grow, appear and go make a new assignment`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a", topics: ["t", "u"]))
    var reply = try test.send(.beat("a", 1))
    #expect(reply.assignment == nil)
    test.setTopics([("t", 3), ("u", 1), ("v", 1)])
    reply = try test.send(.beat("a", 1))
    #expect(reply.memberEpoch == 2)
    #expect(reply.partitions() == [0, 1, 2])
    #expect(reply.partitions(of: "u") == [0])
    test.setTopics([("u", 1)])
    reply = try test.send(.beat("a", 2))
    #expect(reply.partitions() == [])
    reply = try test.send(.beat("a", 2, owned: ["u": [0]]))
    #expect(reply.memberEpoch == 3)
    test.setTopics([("u", 1), ("other", 9)])
    reply = try test.send(.beat("a", 3))
    #expect(test.records.isEmpty, "no topic of the group's")
  }

  @Test
  func `a lost answer is made good: the epoch before is taken from who has no more than it got`()
    throws
  {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a"))
    let again = try test.send(.join("a"))
    #expect(again.memberEpoch == 1)
    #expect(again.partitions() == [0, 1])
    test.setTopics([("t", 3)])
    _ = try test.send(.beat("a", 1))
    let reply = try test.send(.beat("a", 1, owned: ["t": [0, 1]]))
    #expect(reply.memberEpoch == 2)
    #expect(reply.partitions() == [0, 1, 2])
    #expect(test.refusal(of: .beat("a", 1, owned: ["t": [0, 7]])) == .fencedMemberEpoch)
    #expect(test.refusal(of: .beat("a", 1)) == .fencedMemberEpoch)
    #expect(test.refusal(of: .beat("a", 3, owned: [:])) == .fencedMemberEpoch)
  }

  @Test func `a fenced member joins again under its id and has nothing until it is told`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    for count in Int32(2)...5 {
      test.setTopics([("t", count)])
      let epoch = test.group.state.members["a"]?.epoch ?? 0
      _ = try test.send(epoch == 0 ? .join("a") : .beat("a", epoch))
    }
    let reply = try test.send(.join("a"))
    #expect(reply.memberEpoch == 4)
    #expect(reply.partitions() == [0, 1, 2, 3, 4])
  }
}
