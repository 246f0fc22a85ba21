import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// What a share group answers its members, against the rules of KIP-932.
struct ShareGroupTests {
  @Test func `a member that joins alone has all partitions at once`() throws {
    var group = ShareGroupUnderTest([("t", 3), ("u", 1)])
    let reply = try group.send(.join("m", topics: ["t", "u", "missing"]))
    #expect(reply.memberID == "m" && reply.memberEpoch == 1)
    #expect(reply.heartbeatIntervalMilliseconds == 5_000)
    #expect(reply.partitions() == [0, 1, 2])
    #expect(reply.partitions(of: "u") == [0])
    #expect(group.description.groupState == "Stable")
  }

  @Test func `a heartbeat that changes nothing says nothing and stores nothing`() throws {
    var group = ShareGroupUnderTest()
    _ = try group.send(.join("m"))
    let reply = try group.send(.beat("m", 1))
    #expect(reply.assignment == nil && reply.memberEpoch == 1)
    #expect(group.records.isEmpty)
  }

  @Test func `members beyond the partitions have partitions in common`() throws {
    var group = ShareGroupUnderTest([("t", 1)])
    for number in 1...5 {
      let reply = try group.send(.join("m\(number)"))
      #expect(reply.partitions() == [0] && reply.memberEpoch == Int32(number))
    }
    try group.settle()
    #expect(group.description.members.map(\.memberEpoch) == [5, 5, 5, 5, 5])
  }

  @Test func `a second member takes over a part, which the first hears of at its next heartbeat`()
    throws
  {
    var group = ShareGroupUnderTest([("t", 4)])
    _ = try group.send(.join("a"))
    let second = try #require(try group.send(.join("b")).partitions())
    #expect(second.count == 2)
    let first = try #require(try group.send(.beat("a", 1)).partitions())
    #expect((first + second).sorted() == [0, 1, 2, 3])
  }

  @Test func `who leaves is gone, and the others get what it had`() throws {
    var group = ShareGroupUnderTest([("t", 2)])
    _ = try group.send(.join("a"))
    _ = try group.send(.join("b"))
    let reply = try group.send(.beat("a", -1))
    #expect(reply.memberID == "a" && reply.memberEpoch == -1 && reply.assignment == nil)
    #expect(try group.send(.beat("b", 2)).partitions() == [0, 1])
    _ = try group.send(.beat("b", -1))
    #expect(group.description.groupState == "Empty")
    #expect(group.group.state.epoch == group.group.state.targetEpoch)
  }

  @Test func `who is silent for longer than its session is put out`() throws {
    var group = ShareGroupUnderTest()
    group.settings.shareSessionTimeout = 45_000
    _ = try group.send(.join("a"))
    group.now = 30_000
    _ = try group.send(.join("b"))
    group.now = 45_000
    #expect(group.group.nextDeadline == 45_000)
    group.expire()
    #expect(group.group.state.members.keys.sorted() == ["b"])
    #expect(group.refusal(of: .beat("a", 1)) == .unknownMemberID)
    #expect(try group.send(.beat("b", 2)).partitions() == [0, 1, 2])
  }

  @Test func `sessions start anew where the coordinator does`() throws {
    var group = ShareGroupUnderTest()
    _ = try group.send(.join("a"))
    group.now = 40_000
    group.restart()
    group.now = 60_000
    group.expire()
    #expect(try group.send(.beat("a", 1)).memberEpoch == 1)
  }

  @Test func `the epoch before is believed, another is fenced, and 0 joins again`() throws {
    var group = ShareGroupUnderTest([("t", 2)])
    _ = try group.send(.join("a"))
    _ = try group.send(.join("b"))
    #expect(try group.send(.beat("a", 1)).memberEpoch == 2)
    // The answer was lost.
    let again = try group.send(.beat("a", 1))
    #expect(again.memberEpoch == 2 && again.partitions()?.count == 1)
    #expect(group.refusal(of: .beat("a", 3)) == .fencedMemberEpoch)
    _ = try group.send(.join("c"))
    _ = try group.send(.beat("a", 2))
    #expect(group.refusal(of: .beat("a", 1)) == .fencedMemberEpoch)
    let rejoined = try group.send(.join("a"))
    #expect(rejoined.memberEpoch == 3 && rejoined.assignment != nil)
    #expect(group.group.state.members.count == 3)
  }

  @Test func `another subscription, or a topic that grows, is dealt anew`() throws {
    var group = ShareGroupUnderTest([("t", 1), ("u", 2)])
    _ = try group.send(.join("a"))
    let reply = try group.send(.beat("a", 1, topics: ["u"]))
    #expect(reply.partitions() == [] && reply.partitions(of: "u") == [0, 1])
    group.setTopics([("t", 9), ("u", 2)])
    #expect(try group.send(.beat("a", 2)).memberEpoch == 2)
    group.setTopics([("u", 3)])
    #expect(try group.send(.beat("a", 2)).partitions(of: "u") == [0, 1, 2])
    group.setTopics([])
    #expect(try group.send(.beat("a", 3)).assignment?.topicPartitions == [])
  }

  @Test(arguments: [
    (ShareGroupHeartbeatRequest.join(""), ErrorCode.invalidRequest),
    (.join("m", topics: nil), .invalidRequest),
    (.join("m", topics: []), .invalidRequest),
    (.beat("m", -2), .invalidRequest),
    (.beat("m", 1), .unknownMemberID),
    (.beat("m", -1), .unknownMemberID),
  ])
  func `what Kafka refuses is refused`(_ request: ShareGroupHeartbeatRequest, _ code: ErrorCode) {
    var group = ShareGroupUnderTest()
    #expect(group.refusal(of: request) == code)
  }

  @Test func `a full group takes nobody else, but its members back`() throws {
    var group = ShareGroupUnderTest()
    group.settings.shareMaxSize = 1
    _ = try group.send(.join("a"))
    #expect(group.refusal(of: .join("b")) == .groupMaxSizeReached)
    #expect(group.refusal(of: .join("a")) == nil)
  }

  @Test func `a description names members, topics and the assignor`() throws {
    var group = ShareGroupUnderTest([("t", 1)])
    var join = ShareGroupHeartbeatRequest.join("m", topics: ["t", "t", "later"])
    join.rackID = "r1"
    _ = try group.send(join)
    let described = group.description
    #expect(described.groupID == "g" && described.assignorName == "simple")
    #expect(described.groupEpoch == 1 && described.assignmentEpoch == 1)
    let member = try #require(described.members.first)
    #expect(member.memberID == "m" && member.rackID == "r1" && member.clientHost == "/127.0.0.1")
    #expect(member.subscribedTopicNames == ["later", "t"])
    #expect(member.assignment.topicPartitions.map(\.topicName) == ["t"])
    #expect(member.assignment.topicPartitions.map(\.partitions) == [[0]])
  }
}
