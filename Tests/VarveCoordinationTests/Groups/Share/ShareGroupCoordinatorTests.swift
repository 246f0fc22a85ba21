import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Share groups beside those of other kinds, and what Kafka answers where a request is for another
/// kind.
struct ShareGroupCoordinatorTests {
  private let topics = TopicsImage.test(["orders": 3])

  private func heartbeat(
    _ epoch: Int32, group: String = "g", in coordinator: inout GroupCoordinator,
    at uptime: Int64 = 0
  ) throws(CoordinatorError) -> GroupDecision<ShareGroupHeartbeatResponse> {
    var request = ShareGroupHeartbeatRequest()
    (request.groupID, request.memberID, request.memberEpoch) = (group, "m", epoch)
    if epoch == 0 { request.subscribedTopicNames = ["orders"] }
    return try coordinator.shareGroupHeartbeat(request, by: .test(at: uptime))
  }

  private func refusal(
    _ body: () throws(CoordinatorError) -> Void
  ) -> ErrorCode? {
    do throws(CoordinatorError) {
      try body()
      return nil
    } catch { return error.code }
  }

  private func consumerJoin(_ group: String = "g") -> ConsumerGroupHeartbeatRequest {
    var request = ConsumerGroupHeartbeatRequest()
    (request.groupID, request.memberID) = (group, "c")
    request.rebalanceTimeoutMilliseconds = 10_000
    request.subscribedTopicNames = ["orders"]
    request.topicPartitions = []
    return request
  }

  @Test func `who keeps up with a group that is not there is told so`() {
    var coordinator = GroupCoordinator(topics: topics)
    for epoch in [Int32(1), -1] {
      let code = refusal { () throws(CoordinatorError) in
        _ = try heartbeat(epoch, in: &coordinator)
      }
      #expect(code == .groupIDNotFound)
    }
    #expect(coordinator.groups.isEmpty)
  }

  @Test func `no other protocol joins a share group, nor commits in it`() throws {
    var coordinator = GroupCoordinator(topics: topics)
    _ = try heartbeat(0, in: &coordinator)
    var join = JoinGroupRequest()
    (join.groupID, join.protocolType) = ("g", "consumer")
    join.sessionTimeoutMilliseconds = 10_000
    let joined = refusal { () throws(CoordinatorError) in
      _ = try coordinator.joinGroup(join, version: 5, by: .test())
    }
    #expect(joined == .inconsistentGroupProtocol)
    let consumer = refusal { () throws(CoordinatorError) in
      _ = try coordinator.consumerGroupHeartbeat(consumerJoin(), by: .test())
    }
    #expect(consumer == .groupIDNotFound)
    var classic = HeartbeatRequest()
    (classic.groupID, classic.memberID) = ("g", "m")
    let kept = refusal { () throws(CoordinatorError) in
      _ = try coordinator.heartbeat(classic, by: .test())
    }
    #expect(kept == .unknownMemberID)
    for version in [Int16(8), 9] {
      let committed = refusal { () throws(CoordinatorError) in
        _ = try coordinator.offsetCommit(
          OffsetCommitRequest(group: "g", topic: "orders", member: "", epoch: -1, [0: 1]),
          version: version, by: .test())
      }
      #expect(committed == .groupIDNotFound)
    }
    let fetched = coordinator.offsetFetch(
      .init(group: "g", topic: "orders", [0]), requiresStable: false)
    #expect(fetched.offsets == [-1] && fetched.errorCode == .none)
    #expect(coordinator.describeConsumerGroup("g").errorCode == .groupIDNotFound)
    #expect(coordinator.describeGroup("g", version: 6).errorCode == .groupIDNotFound)
    #expect(coordinator.describeGroup("g", version: 5).groupState == "Dead")
  }

  @Test func `a group of another kind does not become a share group`() throws {
    var coordinator = GroupCoordinator(topics: topics)
    _ = try coordinator.consumerGroupHeartbeat(consumerJoin(), by: .test())
    let code = refusal { () throws(CoordinatorError) in
      _ = try heartbeat(0, in: &coordinator)
    }
    #expect(code == .groupIDNotFound)
    #expect(coordinator.groups["g"]?.kind == .consumer)
    #expect(coordinator.describeShareGroup("g").errorCode == .groupIDNotFound)
  }

  @Test func `a share group is replayed, also where records of members come twice`() throws {
    var coordinator = GroupCoordinator(topics: topics)
    let joined = try heartbeat(0, in: &coordinator).records
    var replica = GroupCoordinator(topics: topics)
    for record in joined + joined { replica.replay(record, producerID: nil) }
    _ = replica.loaded(at: Caller.test(at: 50_000).now)
    #expect(replica.describeShareGroup("g") == coordinator.describeShareGroup("g"))
    #expect(replica.describeShareGroup("g").members.count == 1)
    _ = replica.expire(at: Caller.test(at: 95_000).now)
    #expect(replica.describeShareGroup("g").groupState == "Empty")
  }

  @Test func `a share group without members is kept until it is deleted, and then forgotten`()
    throws
  {
    var settings = GroupSettings()
    settings.offsetsRetention = 1000
    settings.offsetsRetentionCheckInterval = 1000
    var coordinator = GroupCoordinator(settings: settings, topics: topics)
    _ = coordinator.loaded(at: Caller.test().now)
    var records = try heartbeat(0, in: &coordinator).records
    #expect(
      coordinator.deleteGroups(["g"], at: Caller.test().now).reply.results[0].errorCode
        == .nonEmptyGroup)
    records += try heartbeat(-1, in: &coordinator).records
    while let due = coordinator.nextDeadline, due < 10_000 {
      let expired = coordinator.expire(at: Caller.test(at: due).now)
      #expect(expired.records.isEmpty)
    }
    #expect(coordinator.groups["g"]?.stateName == "Empty")
    let deleted = coordinator.deleteGroups(["g"], at: Caller.test(at: 10_000).now)
    #expect(deleted.reply.results.map(\.errorCode) == [.none])
    records += deleted.records
    var replica = GroupCoordinator(topics: topics)
    for record in records { replica.replay(record, producerID: nil) }
    #expect(replica.groups.isEmpty && coordinator.groups.isEmpty)
    // Nothing is left for compaction to keep.
    var last: [[UInt8]: Bool] = [:]
    for record in records {
      let encoded = record.encoded
      last[Array(encoded.key)] = encoded.value == nil
    }
    #expect(last.values.allSatisfy { $0 })
  }

  @Test func `a group's own session and heartbeats are as its configuration says`() throws {
    var overrides = GroupOverrides()
    overrides.shareSessionTimeout = 1000
    overrides.shareHeartbeatInterval = 100
    var coordinator = GroupCoordinator(topics: topics, overrides: ["g": overrides])
    #expect(try heartbeat(0, in: &coordinator).reply.heartbeatIntervalMilliseconds == 100)
    #expect(
      try heartbeat(0, group: "h", in: &coordinator).reply.heartbeatIntervalMilliseconds == 5000)
    _ = coordinator.expire(at: Caller.test(at: 1000).now)
    #expect(coordinator.groups["g"]?.isEmpty == true && coordinator.groups["h"]?.isEmpty == false)
    _ = coordinator.overridesChanged(to: [:])
    #expect(try heartbeat(0, in: &coordinator).reply.heartbeatIntervalMilliseconds == 5000)
  }

  @Test func `a consumer group has its own session and heartbeats, too`() throws {
    var overrides = GroupOverrides()
    overrides.consumerSessionTimeout = 1000
    overrides.consumerHeartbeatInterval = 100
    var coordinator = GroupCoordinator(topics: topics, overrides: ["g": overrides])
    let own = try coordinator.consumerGroupHeartbeat(consumerJoin(), by: .test(at: 0))
    let other = try coordinator.consumerGroupHeartbeat(consumerJoin("h"), by: .test(at: 0))
    #expect(own.reply.heartbeatIntervalMilliseconds == 100)
    #expect(other.reply.heartbeatIntervalMilliseconds == 5000)
    _ = coordinator.expire(at: Caller.test(at: 1000).now)
    #expect(coordinator.groups["g"]?.isEmpty == true && coordinator.groups["h"]?.isEmpty == false)
  }
}
