import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Which group a request is for, and what Kafka answers where it is for none.
struct GroupCoordinatorTests {
  let topics = TopicsImage.test(["orders": 3])

  private func coordinator() -> GroupCoordinator {
    var settings = GroupSettings()
    settings.offsetsRetention = 10_000
    settings.offsetsRetentionCheckInterval = 1_000
    settings.classicInitialRebalanceDelay = 0
    return GroupCoordinator(settings: settings, topics: topics)
  }

  private func commit(
    _ group: String, epoch: Int32 = -1, member: String = "", _ offset: Offset = 5,
    version: Int16 = 9, in coordinator: inout GroupCoordinator, at uptime: Int64 = 0
  ) throws(CoordinatorError) -> GroupDecision<OffsetCommitResponse> {
    try coordinator.offsetCommit(
      OffsetCommitRequest(
        group: group, topic: "orders", member: member, epoch: epoch, [0: offset]),
      version: version, by: .test(at: uptime))
  }

  private func classicMember(
    _ coordinator: inout GroupCoordinator, group: String = "g", at uptime: Int64 = 0
  ) throws -> (member: String, records: [GroupRecord]) {
    var join = JoinGroupRequest()
    join.groupID = group
    join.sessionTimeoutMilliseconds = 10_000
    join.rebalanceTimeoutMilliseconds = 10_000
    join.protocolType = "consumer"
    var offered = JoinGroupRequest.MemberProtocol()
    offered.name = "range"
    join.protocols = [offered]
    let decision = try coordinator.joinGroup(join, version: 3, by: .test(7, at: uptime))
    return (Caller.test(7).newMemberID, decision.records)
  }

  private func consumerMember(
    _ coordinator: inout GroupCoordinator, group: String = "g", member: String = "m",
    epoch: Int32 = 0, at uptime: Int64 = 0
  ) throws(CoordinatorError) -> GroupDecision<ConsumerGroupHeartbeatResponse> {
    var request = ConsumerGroupHeartbeatRequest()
    request.groupID = group
    request.memberID = member
    request.memberEpoch = epoch
    if epoch == 0 {
      request.rebalanceTimeoutMilliseconds = 10_000
      request.subscribedTopicNames = ["orders"]
      request.topicPartitions = []
    }
    return try coordinator.consumerGroupHeartbeat(request, by: .test(at: uptime))
  }

  // MARK: Offsets without members

  @Test func `who is no member commits and fetches, and the group is a simple one`() throws {
    var coordinator = coordinator()
    #expect(try commit("g", in: &coordinator).reply.errors == [.none])
    let listed = coordinator.listGroups(ListGroupsRequest())
    #expect(listed.map(\.groupID) == ["g"])
    #expect(listed.map(\.groupState) == ["Empty"])
    #expect(listed.map(\.groupType) == ["classic"])
    #expect(listed.map(\.protocolType) == [""])
    let fetched = coordinator.offsetFetch(
      .init(group: "g", topic: "orders", [0, 1]), requiresStable: true)
    #expect(fetched.offsets == [5, -1])
    let missing = coordinator.offsetFetch(
      .init(group: "h", topic: "orders", [0]), requiresStable: true)
    #expect(missing.offsets == [-1] && missing.errorCode == .none)
  }

  @Test func `a generation in a group that is not there is refused, old clients in their words`() {
    for (version, code) in [(9, .groupIDNotFound), (8, .illegalGeneration)]
      as [(Int16, ErrorCode)]
    {
      var coordinator = coordinator()
      let error = #expect(throws: CoordinatorError.self) {
        try commit("g", epoch: 3, version: version, in: &coordinator)
      }
      #expect(error?.code == code)
      #expect(coordinator.groups.isEmpty)
    }
  }

  @Test func `no group is made by a commit in which nothing is committed`() throws {
    var coordinator = coordinator()
    let request = OffsetCommitRequest(group: "g", topic: "nothing", [0: 5])
    let decision = try coordinator.offsetCommit(request, version: 9, by: .test())
    #expect(decision.reply.errors == [.unknownTopicOrPartition])
    #expect(coordinator.groups.isEmpty)
  }

  // MARK: Bad input

  @Test func `commits by others than the group's members are refused and change nothing`() throws {
    var classic = coordinator()
    let member = try classicMember(&classic).member
    for (name, epoch, code) in [
      ("", -1, .unknownMemberID), ("nobody", 1, .unknownMemberID),
      (member, 9, .illegalGeneration),
    ] as [(String, Int32, ErrorCode)] {
      let error = #expect(throws: CoordinatorError.self) {
        try commit("g", epoch: epoch, member: name, in: &classic)
      }
      #expect(error?.code == code, "\(name) \(epoch)")
    }
    #expect(classic.offsets.groups == [])

    for (name, epoch, version, code) in [
      ("", -1, 9, .unknownMemberID), ("nobody", 1, 9, .unknownMemberID),
      ("m", 9, 9, .staleMemberEpoch), ("m", 9, 8, .unsupportedVersion),
      ("m", 1, 8, .unsupportedVersion),
    ] as [(String, Int32, Int16, ErrorCode)] {
      var consumer = coordinator()
      _ = try consumerMember(&consumer)
      let error = #expect(throws: CoordinatorError.self) {
        try commit("g", epoch: epoch, member: name, version: version, in: &consumer)
      }
      #expect(error?.code == code, "\(name) \(epoch)")
      #expect(consumer.offsets.groups == [])
      let good = try commit("g", epoch: 1, member: "m", in: &consumer)
      #expect(good.reply.errors == [.none])
    }
  }

  @Test func `a transaction's commit with a stale epoch or group is of an illegal generation`()
    throws
  {
    var coordinator = coordinator()
    _ = try consumerMember(&coordinator)
    for (group, member, generation, code) in [
      ("g", "m", 9, .illegalGeneration), ("g", "nobody", 1, .unknownMemberID),
      ("h", "m", 1, .illegalGeneration), ("", "m", 1, .invalidGroupID),
    ] as [(String, String, Int32, ErrorCode)] {
      let request = TxnOffsetCommitRequest(
        group: group, producer: 4, topic: "orders", [0: 1], member: member, generation: generation)
      let error = #expect(throws: CoordinatorError.self) {
        try coordinator.txnOffsetCommit(request, by: .test())
      }
      #expect(error?.code == code, "\(group) \(member) \(generation)")
    }
    #expect(coordinator.offsets.groups == [])
  }

  @Test func `a member that fetches is who it says, or is refused`() throws {
    var coordinator = coordinator()
    _ = try consumerMember(&coordinator)
    for (member, epoch, code) in [
      (nil, -1, .none), ("m", 1, .none), ("m", 0, .staleMemberEpoch),
      ("nobody", 1, .unknownMemberID),
    ] as [(String?, Int32, ErrorCode)] {
      var request = OffsetFetchRequest.Group(group: "g", topic: "orders", [0])
      request.memberID = member
      request.memberEpoch = epoch
      let fetched = coordinator.offsetFetch(request, requiresStable: true)
      #expect(fetched.errorCode == code, "\(member ?? "-") \(epoch)")
      #expect(fetched.topics.isEmpty == (code != .none))
    }
  }

  @Test func `requests of members to groups that are not there`() {
    var coordinator = coordinator()
    func refused<Reply>(
      _ body: (inout GroupCoordinator) throws(CoordinatorError) -> GroupDecision<Reply>
    ) -> ErrorCode? {
      do throws(CoordinatorError) { _ = try body(&coordinator) } catch { return error.code }
      return nil
    }
    let long = String(repeating: "g", count: 32_768)
    for (id, code) in [
      ("g", ErrorCode.unknownMemberID), ("", .invalidGroupID), (long, .invalidGroupID),
    ] {
      var join = JoinGroupRequest()
      (join.groupID, join.memberID, join.sessionTimeoutMilliseconds) = (id, "m", 10_000)
      #expect(
        refused { state throws(CoordinatorError) in
          try state.joinGroup(join, version: 9, by: .test())
        } == code)
      var sync = SyncGroupRequest()
      (sync.groupID, sync.memberID) = (id, "m")
      #expect(
        refused { state throws(CoordinatorError) in try state.syncGroup(sync, by: .test()) }
          == code)
      var beat = HeartbeatRequest()
      (beat.groupID, beat.memberID) = (id, "m")
      #expect(
        refused { state throws(CoordinatorError) in try state.heartbeat(beat, by: .test()) }
          == code)
      var leave = LeaveGroupRequest()
      (leave.groupID, leave.memberID) = (id, "m")
      #expect(
        refused { state throws(CoordinatorError) in
          try state.leaveGroup(leave, version: 5, by: .test())
        } == code)
    }
    #expect(
      refused { state throws(CoordinatorError) in
        try state.offsetDelete(OffsetDeleteRequest(group: "g", topic: "orders", [0]))
      } == .groupIDNotFound)
    let beat = #expect(throws: CoordinatorError.self) {
      try consumerMember(&coordinator, epoch: 3)
    }
    #expect(beat?.code == .groupIDNotFound)
    #expect(coordinator.groups.isEmpty)
  }

  // MARK: Types of groups

  @Test func `a group refuses members of the other protocol that cannot be of both`() throws {
    var consumer = coordinator()
    _ = try consumerMember(&consumer)
    let join = #expect(throws: CoordinatorError.self) { try classicMember(&consumer) }
    #expect(join?.code == .inconsistentGroupProtocol)
    var classic = coordinator()
    _ = try classicMember(&classic)
    let beat = #expect(throws: CoordinatorError.self) { try consumerMember(&classic) }
    #expect(beat?.code == .groupIDNotFound)
  }

  @Test func `a group without members takes on the type of who joins, and keeps its offsets`()
    throws
  {
    var coordinator = coordinator()
    var replica = coordinator
    func take(_ records: [GroupRecord]) {
      for record in records { replica.replay(record, producerID: nil) }
    }
    take(try commit("g", in: &coordinator).records)
    take(try consumerMember(&coordinator).records)
    #expect(coordinator.listGroups(ListGroupsRequest()).map(\.groupType) == ["consumer"])
    take(try consumerMember(&coordinator, epoch: -1).records)
    take(try classicMember(&coordinator).records)
    #expect(coordinator.listGroups(ListGroupsRequest()).map(\.groupType) == ["classic"])
    for one in [coordinator, replica] {
      #expect(one.offsets.committed(group: "g", topic: "orders", partition: 0)?.offset == 5)
      #expect(one.groups["g"]?.kind == .classic)
    }
    #expect(replica.offsets == coordinator.offsets)
  }

  // MARK: Deleting and listing

  @Test func `groups with members are not deleted, the others with their offsets`() throws {
    var coordinator = coordinator()
    var replica = coordinator
    var records = try commit("simple", in: &coordinator).records
    records += try consumerMember(&coordinator, group: "live").records
    records += try consumerMember(&coordinator, group: "left").records
    records += try consumerMember(&coordinator, group: "left", epoch: -1).records
    records += try classicMember(&coordinator, group: "old").records
    let deleted = coordinator.deleteGroups(
      ["simple", "live", "left", "old", "none"], at: Caller.test().now)
    #expect(
      deleted.reply.results.map(\.errorCode) == [
        .none, .nonEmptyGroup, .none, .nonEmptyGroup, .groupIDNotFound,
      ])
    #expect(coordinator.groups.keys.sorted() == ["live", "old"])
    #expect(coordinator.offsets.groups == [])
    for record in records + deleted.records { replica.replay(record, producerID: nil) }
    #expect(replica.groups.keys.sorted() == ["live", "old"])
    #expect(replica.offsets == coordinator.offsets)
  }

  @Test func `groups are listed by state and type`() throws {
    var coordinator = coordinator()
    _ = try commit("simple", in: &coordinator)
    _ = try consumerMember(&coordinator, group: "live")
    for (states, types, ids) in [
      ([], [], ["live", "simple"]), (["empty"], [], ["simple"]), ([], ["Consumer"], ["live"]),
      (["Stable"], ["classic"], []),
      (["Empty", "Stable"], ["classic", "consumer"], ["live", "simple"]),
      ([], ["nothing"], []),
    ] as [([String], [String], [String])] {
      var request = ListGroupsRequest()
      request.statesFilter = states
      request.typesFilter = types
      #expect(coordinator.listGroups(request).map(\.groupID) == ids, "\(states) \(types)")
    }
    #expect(coordinator.describeGroup("live", version: 6).errorCode == .groupIDNotFound)
    #expect(coordinator.describeGroup("live", version: 5).errorCode == .none)
    #expect(coordinator.describeGroup("live", version: 5).groupState == "Dead")
    #expect(coordinator.describeConsumerGroup("live").members.map(\.memberID) == ["m"])
    #expect(coordinator.describeConsumerGroup("simple").errorCode == .groupIDNotFound)
  }

  // MARK: Time

  @Test func `offsets go after their retention, and with them the group nobody is in`() throws {
    var coordinator = coordinator()
    _ = coordinator.loaded(at: Caller.test(at: 0).now)
    _ = try commit("simple", in: &coordinator, at: 500)
    _ = try consumerMember(&coordinator, group: "live", at: 500)
    _ = try commit("live", epoch: 1, member: "m", in: &coordinator, at: 500)
    for uptime in stride(from: Int64(1_000), through: 10_000, by: 1_000) {
      #expect(coordinator.nextDeadline == uptime)
      #expect(coordinator.expire(at: Caller.test(at: uptime).now).records == [])
    }
    let records = coordinator.expire(at: Caller.test(at: 11_000).now).records
    // The offset, and the group.
    #expect(records.count == 2)
    #expect(coordinator.groups.keys.sorted() == ["live"])
    #expect(coordinator.offsets.groups == ["live"])
  }

  @Test func `sessions end at their time, after a restart too`() throws {
    var coordinator = coordinator()
    let records = try consumerMember(&coordinator, at: 100).records
    #expect(coordinator.nextDeadline == 45_100)
    var restarted = self.coordinator()
    for record in records { restarted.replay(record, producerID: nil) }
    _ = restarted.loaded(at: Caller.test(at: 0).now)
    for _ in 1...45 {
      let due = try #require(restarted.nextDeadline)
      _ = restarted.expire(at: Caller.test(at: due).now)
    }
    #expect(restarted.describeConsumerGroup("g").members.isEmpty)
  }

  @Test func `a deleted topic's offsets are forgotten`() throws {
    var coordinator = coordinator()
    _ = try commit("g", in: &coordinator)
    let decision = coordinator.topicsChanged(to: TopicsImage())
    #expect(decision.records.count == 1)
    #expect(!decision.isAtomic)
    #expect(coordinator.offsets.groups == [])
  }
}
