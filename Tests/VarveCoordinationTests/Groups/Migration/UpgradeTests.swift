import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: what Kafka 4.0's group coordinator writes and answers (KIP-848, on-line upgrade).
struct UpgradeTests {
  private func kinds(_ records: [GroupRecord]) -> [String] {
    records.map { record in
      switch record {
      case .groupMetadata(_, let value): value == nil ? "-classic" : "classic"
      case .consumerGroupMetadata(_, let value): value.map { "epoch \($0.epoch)" } ?? "-epoch"
      case .consumerGroupPartitionMetadata(_, let value): value == nil ? "-topics" : "topics"
      case .consumerGroupMemberMetadata(let key, let value):
        (value == nil ? "-" : "") + "member \(key.memberID)"
      case .consumerGroupTargetAssignmentMetadata(_, let value):
        value.map { "target \($0.assignmentEpoch)" } ?? "-target"
      case .consumerGroupTargetAssignmentMember(let key, let value):
        (value == nil ? "-" : "") + "target of \(key.memberID)"
      case .consumerGroupCurrentMemberAssignment(let key, let value):
        (value == nil ? "-" : "") + "assignment of \(key.memberID)"
      default: "other"
      }
    }
  }

  @Test func `G30: who joins by the consumer protocol makes a consumer group of a classic one`()
    throws
  {
    let bench = MigrationBench()
    let (a, b) = (try bench.startClassic()[0], "c-2")
    let joined = try bench.beat(.join("m"))
    #expect(joined.memberEpoch == 3 && joined.partitions() == [])
    #expect(bench.kind == .consumer)
    #expect(
      kinds(bench.last) == [
        "-classic", "member \(a)", "member \(b)", "epoch 2", "target of \(a)", "target of \(b)",
        "target 2", "assignment of \(a)", "assignment of \(b)",
        "member m", "topics", "epoch 3", "target of \(a)", "target of \(b)", "target of m",
        "target 3", "assignment of m",
      ])
    #expect(bench.described.members.map(\.memberType) == [0, 0, 1])
    guard case .consumerGroupMemberMetadata(_, let value?) = bench.last[1] else {
      Issue.record("no record of a member")
      return
    }
    #expect(value.classicMemberMetadata?.sessionTimeoutMilliseconds == 10_000)
    #expect(value.classicMemberMetadata?.supportedProtocols.map(\.name) == ["range"])
    #expect(value.subscribedTopicNames == ["t"] && value.rebalanceTimeoutMilliseconds == 30_000)
  }

  @Test func `G30: cooperative members give up what the new one gets, and keep the rest`() throws {
    let bench = MigrationBench()
    let members = try bench.startClassic()
    _ = try bench.beat(.join("m"))
    for (member, owned) in zip(members, [[0, 1, 2], [3, 4, 5]] as [[Int32]]) {
      #expect(bench.heartbeat(member, 2) == .rebalanceInProgress)
      // It still has all, so its generation is the old one, and it is told what to keep.
      let first = try bench.joined(bench.join(member, owned: owned))
      #expect(first.generationID == 2 && first.leader.isEmpty && first.members.isEmpty)
      #expect(first.protocolType == "consumer" && first.protocolName == "range")
      let kept = try bench.partitions(bench.sync(member, 2))
      #expect(kept.count == 2 && Set(kept).isSubset(of: owned))
      #expect(bench.heartbeat(member, 2) == .rebalanceInProgress)
      let second = try bench.joined(bench.join(member, owned: kept))
      #expect(second.generationID == 3)
      #expect(try bench.partitions(bench.sync(member, 3)) == kept)
      #expect(bench.heartbeat(member, 3) == .none)
    }
    #expect(try bench.beat(.beat("m", 3, owned: [:])).partitions()?.count == 2)
    #expect(bench.state == "Stable")
  }

  @Test func `G30: a member waits for what others have, and is told when it is free`() throws {
    let bench = MigrationBench()
    let members = try bench.startClassic()
    _ = try bench.beat(.join("m"))
    let new = try bench.joined(bench.join("n")).generationID
    #expect(new == 4)
    #expect(try bench.partitions(bench.sync("n", 4)) == [])
    #expect(bench.heartbeat("n", 4) == .none)
    for member in members {
      let generation = try bench.joined(bench.join(member)).generationID
      #expect(generation == 4)
      bench.sync(member, 4)
    }
    #expect(bench.heartbeat("n", 4) == .rebalanceInProgress)
    #expect(try bench.joined(bench.join("n")).generationID == 4)
    #expect(try !bench.partitions(bench.sync("n", 4)).isEmpty)
    #expect(bench.heartbeat("n", 4) == .none)
  }

  @Test func `G30: members that wait for a classic rebalance are told to join again`() throws {
    let bench = MigrationBench()
    let members = try bench.startClassic()
    let waiting = bench.join(members[0])
    _ = try bench.beat(.join("m"))
    #expect(bench.joinError(waiting) == .rebalanceInProgress)
    let syncing = MigrationBench()
    let leader = try syncing.startClassic()[0]
    let second = syncing.join("c-2")
    syncing.join(leader)
    let sync = syncing.sync("c-2", try syncing.joined(second).generationID)
    _ = try syncing.beat(.join("m"))
    #expect(syncing.syncError(sync) == .rebalanceInProgress)
  }

  @Test func `G30: what a cooperative member may still have is nobody's yet`() throws {
    let bench = MigrationBench()
    let members = try bench.startClassic()
    // The leader takes partition 3 from the other, which is not told before the upgrade.
    bench.join(members[0], owned: [0, 1, 2])
    let generation = try bench.joined(bench.join(members[1], owned: [3, 4, 5])).generationID
    bench.sync(
      members[0], generation,
      assignments: [
        members[0]: MigrationBench.assignment([0, 1, 2]),
        members[1]: MigrationBench.assignment([4, 5]),
      ])
    for epoch in [Int32(4), 4, 4] {
      let request: ConsumerGroupHeartbeatRequest =
        bench.kind == .classic ? .join("m") : .beat("m", epoch, owned: [:])
      let told = try bench.beat(request).partitions()
      #expect(told == nil || told == [])
    }
    #expect(bench.heartbeat(members[1], generation) == .rebalanceInProgress)
    bench.join(members[1], owned: [4, 5])
    #expect(try bench.beat(.beat("m", 4, owned: [:])).partitions()?.contains(3) == true)
  }

  @Test(arguments: [
    "disabled", "downgrade", "another type", "malformed", "user data", "too many",
  ])
  func `G36: a classic group that may not become a consumer group stays`(_ reason: String) throws {
    let bench = MigrationBench { settings in
      if let policy = GroupMigrationPolicy(rawValue: reason) { settings.migrationPolicy = policy }
      if reason == "too many" { settings.consumerMaxSize = 1 }
    }
    let members = try bench.startClassic(
      metadata: reason == "malformed" ? ByteSlice([0]) : nil,
      type: reason == "another type" ? "connect" : "consumer",
      userData: reason == "user data" ? ByteSlice([1]) : nil)
    let before = bench.coordinator.describeGroup("g", version: 6)
    #expect(bench.refusal(of: .join("m")) == .groupIDNotFound)
    #expect(bench.coordinator.describeGroup("g", version: 6) == before)
    #expect(bench.heartbeat(members[0], 2) == .none)
  }

  @Test func `G36: a join that is refused does not upgrade the group`() throws {
    let bench = MigrationBench { $0.consumerMaxSize = 2 }
    let members = try bench.startClassic()
    #expect(bench.refusal(of: .join("m")) == .groupMaxSizeReached)
    #expect(bench.refusal(of: .join("m", assignor: "mine")) == .unsupportedAssignor)
    #expect(bench.kind == .classic)
    #expect(bench.heartbeat(members[1], 2) == .none)
  }

  @Test func `G31: a static member that changes its protocol moves nothing`() throws {
    let bench = MigrationBench()
    let members = try bench.startClassic(instance: "i")
    let joined = try bench.beat(.join("m", instance: "i"))
    #expect(joined.partitions() == [0, 1, 2])
    #expect(bench.heartbeat(members[0], 2, instance: "i") == .fencedInstanceID)
    // The group looks at its topics for the first time, which is another epoch.
    #expect(bench.heartbeat(members[1], 2) == .rebalanceInProgress)
    #expect(try bench.joined(bench.join(members[1], owned: [3, 4, 5])).generationID == 3)
    #expect(try bench.partitions(bench.sync(members[1], 3)) == [3, 4, 5])
    #expect(bench.heartbeat(members[1], 3) == .none)
  }
}
