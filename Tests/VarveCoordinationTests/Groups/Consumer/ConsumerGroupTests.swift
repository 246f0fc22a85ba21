import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: Kafka's answers, as its protocol guide and KIP-848 state them.
struct ConsumerGroupTests {
  // MARK: Bad input

  private static let badRequests: [(String, ErrorCode, ConsumerGroupHeartbeatRequest)] = {
    func changed(
      _ request: ConsumerGroupHeartbeatRequest,
      _ change: (inout ConsumerGroupHeartbeatRequest) -> Void
    ) -> ConsumerGroupHeartbeatRequest {
      var request = request
      change(&request)
      return request
    }
    return [
      ("no group id", .invalidRequest, changed(.join("a")) { $0.groupID = "  " }),
      ("no member id", .invalidRequest, .beat("", 1)),
      ("no member id on leaving", .invalidRequest, .beat("", -1)),
      ("empty instance", .invalidRequest, .join("a", instance: "")),
      ("empty rack", .invalidRequest, changed(.join("a")) { $0.rackID = "" }),
      (
        "no rebalance timeout", .invalidRequest,
        changed(.join("a")) { $0.rebalanceTimeoutMilliseconds = -1 }
      ),
      ("owned not said", .invalidRequest, changed(.join("a")) { $0.topicPartitions = nil }),
      (
        "owned on joining", .invalidRequest,
        changed(.join("a")) { $0.topicPartitions = [.init()] }
      ),
      ("no subscription", .invalidRequest, .join("a", topics: nil)),
      ("static leave without instance", .invalidRequest, .beat("a", -2)),
      ("epoch below -2", .invalidRequest, .beat("a", -3)),
      ("unknown assignor", .unsupportedAssignor, .join("a", assignor: "fair")),
      ("assignor not configured", .unsupportedAssignor, .join("a", assignor: "sticky")),
      ("bad pattern", .invalidRegularExpression, .join("a", topics: nil, pattern: "t(")),
      ("unknown member", .unknownMemberID, .beat("nobody", 1)),
      ("unknown member leaves", .unknownMemberID, .beat("nobody", -1)),
      ("unknown instance", .unknownMemberID, .beat("a", 1, instance: "i")),
      ("unknown instance leaves", .unknownMemberID, .beat("a", -2, instance: "i")),
      ("epoch ahead", .fencedMemberEpoch, .beat("member", 2)),
      ("instance taken", .unreleasedInstanceID, .join("b", instance: "instance")),
      ("instance of another", .fencedInstanceID, .beat("b", 1, instance: "instance")),
      ("instance of another leaves", .fencedInstanceID, .beat("b", -2, instance: "instance")),
    ]
  }()

  @Test(arguments: badRequests.indices)
  func `a bad request gets Kafka's error, and changes nothing`(index: Int) throws {
    let (name, code, request) = Self.badRequests[index]
    var test = GroupUnderTest(topics: [("t", 1)])
    _ = try test.send(.join("member", instance: "instance"))
    #expect(test.refusal(of: request) == code, "\(name)")
  }

  @Test func `a group that is full takes nobody but who is in it, and static members back`() throws
  {
    var test = GroupUnderTest(topics: [("t", 4)])
    test.settings.consumerMaxSize = 2
    _ = try test.send(.join("a"))
    _ = try test.send(.join("b", instance: "i"))
    #expect(test.refusal(of: .join("c")) == .groupMaxSizeReached)
    #expect(test.refusal(of: .join("a")) == nil)
    _ = try test.send(.beat("b", -2, instance: "i"))
    #expect(test.refusal(of: .join("c", instance: "i")) == nil)
  }

  @Test func `a member without a name of its own gets one`() throws {
    var test = GroupUnderTest(topics: [("t", 1)])
    let reply = try test.send(.join(""))
    #expect(reply.memberID == "client-1")
    #expect(reply.heartbeatIntervalMilliseconds == 5000)
  }

  // MARK: Static members

  @Test("G31: a static member that comes back within its session moves nothing")
  func staticRestart() throws {
    var test = GroupUnderTest(topics: [("t", 6)])
    _ = try test.send(.join("a", instance: "one"))
    _ = try test.send(.join("b", instance: "two"))
    _ = try test.send(.beat("a", 1, instance: "one"))
    _ = try test.send(.beat("a", 1, instance: "one", owned: ["t": [0, 1, 2]]))
    _ = try test.send(.beat("b", 2, instance: "two"))
    let state = test.group.state
    #expect(test.group.phase == .stable)

    let left = try test.send(.beat("b", -2, instance: "two"))
    #expect(left.memberEpoch == -2)
    #expect(test.refusal(of: .beat("b", 2, instance: "two")) == .fencedMemberEpoch)
    test.now += 44_999
    _ = try test.send(.beat("a", 2, instance: "one"))
    test.expire()
    let back = try test.send(.join("b2", instance: "two"))
    #expect(back.memberEpoch == 2)
    #expect(back.partitions() == [3, 4, 5])
    #expect(test.group.state.epoch == state.epoch)
    #expect(test.group.state.targets["a"] == state.targets["a"])
    #expect(test.group.state.targets["b2"] == state.targets["b"])
    #expect(test.group.phase == .stable)
    #expect(test.refusal(of: .beat("b", 2, instance: "two")) == .fencedInstanceID)
  }

  @Test func `a static member that stays away longer loses what it had`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a", instance: "one"))
    _ = try test.send(.beat("a", -2, instance: "one"))
    test.now = 45_000
    test.expire()
    #expect(test.group.phase == .empty)
    let back = try test.send(.join("a2", instance: "one"))
    #expect(back.partitions() == [0, 1])
  }

  // MARK: Subscriptions

  @Test func `a pattern that matches an internal topic stands for it, as in Kafka`() throws {
    var test = GroupUnderTest(topics: [("__offsets", 1), ("t", 1)])
    #expect(
      try test.send(.join("a", topics: nil, pattern: ".*")).partitions(of: "__offsets") == [0])
  }

  @Test func `patterns stand for the topics that match them, also for those that come later`()
    throws
  {
    var test = GroupUnderTest(topics: [("orders-eu", 1), ("orders-us", 2), ("returns", 1)])
    var reply = try test.send(.join("a", topics: nil, pattern: "orders-.*"))
    #expect(reply.partitions(of: "orders-eu") == [0])
    #expect(reply.partitions(of: "orders-us") == [0, 1])
    #expect(reply.partitions(of: "returns") == [])
    #expect(test.group.state.isSubscribed(to: "orders-eu"))
    #expect(!test.group.state.isSubscribed(to: "returns"))
    test.setTopics([("orders-eu", 1), ("orders-us", 2), ("returns", 1), ("orders-asia", 1)])
    reply = try test.send(.beat("a", reply.memberEpoch))
    #expect(reply.partitions(of: "orders-asia") == [0])
    #expect(test.description.members[0].subscribedTopicRegex == "orders-.*")

    // Names instead of the pattern, which is forgotten.
    var change = ConsumerGroupHeartbeatRequest.beat("a", reply.memberEpoch)
    change.subscribedTopicRegex = ""
    change.subscribedTopicNames = ["returns"]
    reply = try test.send(change)
    #expect(reply.partitions(of: "returns") == [])
    reply = try test.send(.beat("a", reply.memberEpoch, owned: [:]))
    #expect(reply.partitions(of: "returns") == [0])
    #expect(test.description.members[0].subscribedTopicRegex == nil)
    #expect(!test.group.state.isSubscribed(to: "orders-eu"))
  }

  @Test func `the assignor that most members ask for deals`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    #expect(test.description.assignorName == "uniform")
    _ = try test.send(.join("a", assignor: "range"))
    #expect(test.description.assignorName == "range")
    _ = try test.send(.join("b", assignor: "uniform"))
    _ = try test.send(.join("c", assignor: "uniform"))
    #expect(test.description.assignorName == "uniform")
    test.settings.consumerAssignors = ["sticky", "roundrobin"]
    #expect(test.description.assignorName == "sticky")
  }

  // MARK: Offsets, administration

  @Test func `offsets are taken from members at their epoch, and from tools while nobody is there`()
    throws
  {
    func code(_ check: () throws(CoordinatorError) -> Void) -> ErrorCode {
      do throws(CoordinatorError) {
        try check()
        return .none
      } catch {
        return error.code
      }
    }
    var test = GroupUnderTest(topics: [("t", 2)])
    var group = test.group
    #expect(
      code { () throws(CoordinatorError) in try group.validateCommit(memberID: "", memberEpoch: -1)
      } == .none)
    _ = try test.send(.join("a"))
    group = test.group
    let commits: [(String, Int32, ErrorCode)] = [
      ("a", 1, .none), ("a", 0, .staleMemberEpoch), ("a", 2, .staleMemberEpoch),
      ("b", 1, .unknownMemberID), ("", -1, .unknownMemberID),
    ]
    for (member, epoch, expected) in commits {
      let answer = code { () throws(CoordinatorError) in
        try group.validateCommit(memberID: member, memberEpoch: epoch)
      }
      #expect(answer == expected, "\(member), \(epoch)")
    }
    let fetches: [(String?, Int32, ErrorCode)] = [
      (nil, -1, .none), ("a", 1, .none), ("a", 0, .staleMemberEpoch), ("b", 1, .unknownMemberID),
    ]
    for (member, epoch, expected) in fetches {
      let answer = code { () throws(CoordinatorError) in
        try group.validateFetch(memberID: member, memberEpoch: epoch)
      }
      #expect(answer == expected, "\(member ?? "nobody"), \(epoch)")
    }
  }

  @Test func `an administrator puts members out by id or by instance`() throws {
    var test = GroupUnderTest(topics: [("t", 3)])
    for (id, instance) in [("a", "one"), ("b", "two"), ("c", nil)] {
      _ = try test.send(.join(id, instance: instance))
    }
    let answers = test.removeByAdministrator(
      [("a", nil), ("", "two"), ("nobody", nil), ("c", "one"), ("", "none")].map {
        var member = LeaveGroupRequest.Member()
        (member.memberID, member.groupInstanceID) = $0
        return member
      })
    #expect(
      answers.map(\.errorCode)
        == [.none, .none, .unknownMemberID, .fencedInstanceID, .unknownMemberID])
    #expect(test.group.state.members.keys.sorted() == ["c"])
    #expect(test.group.phase == .assigning)
  }

  @Test func `a description shows the group, its members, what they have and will have`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    #expect(test.group.phase == .dead)
    _ = try test.send(.join("a"))
    _ = try test.send(.join("b", instance: "two"))
    let group = test.description
    #expect(group.groupState == "Reconciling")
    #expect(group.groupEpoch == 2)
    #expect(group.assignmentEpoch == 2)
    #expect(group.members.map(\.memberID) == ["a", "b"])
    #expect(group.members.map(\.instanceID) == [nil, "two"])
    #expect(group.members.map(\.memberEpoch) == [1, 2])
    #expect(group.members.map(\.memberType) == [1, 1])
    #expect(group.members.map(\.clientHost) == ["/127.0.0.1", "/127.0.0.1"])
    let partitions = group.members.map { member in
      [member.assignment, member.targetAssignment].map { $0.topicPartitions.flatMap(\.partitions) }
    }
    #expect(partitions == [[[0, 1], [0]], [[], [1]]])
    #expect(group.members[0].assignment.topicPartitions.map(\.topicName) == ["t"])
  }

  @Test func `tombstones forget all of a group`() throws {
    var test = GroupUnderTest(topics: [("t", 2)])
    _ = try test.send(.join("a", pattern: "t.*", instance: "one"))
    _ = try test.send(.join("b"))
    var group = test.group
    for record in group.state.tombstones() { group.replay(record) }
    #expect(group.state == ConsumerGroup(groupID: "g").state)
  }
}
