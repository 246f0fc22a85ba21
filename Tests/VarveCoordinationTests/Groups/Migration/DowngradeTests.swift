import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: Kafka 4.0's group coordinator (KIP-848, on-line downgrade).
struct DowngradeTests {
  /// A consumer group of two members of the classic protocol, and `m`, at epoch 3.
  private func mixed(
    instance: String? = nil, _ change: (inout GroupSettings) -> Void = { _ in }
  ) throws -> (MigrationBench, members: [String]) {
    let bench = MigrationBench(change)
    let members = try bench.startClassic()
    _ = try bench.beat(.join("m", instance: instance))
    for member in members {
      bench.join(member)
      bench.sync(member, 3)
    }
    _ = try bench.beat(.beat("m", 3, instance: instance, owned: [:]))
    #expect(bench.state == "Stable")
    return (bench, members)
  }

  private func checkDowngraded(_ bench: MigrationBench, _ members: [String]) throws {
    #expect(bench.kind == .classic && bench.state == "PreparingRebalance")
    for member in members { #expect(bench.heartbeat(member, 3) == .rebalanceInProgress) }
    let joins = members.map { bench.join($0) }
    #expect(try bench.joined(joins[0]).generationID == 4)
    #expect(try joins.map { try bench.joined($0).memberID } == members)
    #expect(try joins.contains { try !bench.joined($0).members.isEmpty })
  }

  @Test func `G30: the last member of the consumer protocol leaves, and the group is classic`()
    throws
  {
    let (bench, members) = try mixed()
    _ = try bench.beat(.beat("m", -1))
    let tombstones = bench.last.dropLast()
    #expect(tombstones.allSatisfy { $0.encoded.value == nil })
    // Of each member three, and of the group three: targets, topics and epoch.
    #expect(tombstones.count == 3 * 3 + 3)
    guard case .groupMetadata(_, let value?)? = bench.last.last else {
      Issue.record("no record of a classic group")
      return
    }
    #expect(value.generation == 3 && value.protocolType == "consumer")
    #expect(value.protocolName == "range")
    #expect(value.members.map(\.memberID) == members)
    #expect(value.members.allSatisfy { $0.sessionTimeout == 10_000 })
    try checkDowngraded(bench, members)
  }

  @Test func `G30: so it is when that member's session ends, or an administrator takes it out`()
    throws
  {
    let (expired, members) = try mixed()
    for _ in 0..<14 {
      expired.pass(3_000)
      for member in members { _ = expired.heartbeat(member, 3) }
    }
    #expect(expired.kind == .consumer)
    expired.pass(3_000)
    try checkDowngraded(expired, members)
    let (left, others) = try mixed(instance: "i")
    #expect(try left.leave("", instance: "i") == [.none])
    try checkDowngraded(left, others)
  }

  @Test func `G31: so it is when a static member comes back by the classic protocol`() throws {
    let (bench, members) = try mixed(instance: "i")
    _ = try bench.beat(.beat("m", -2, instance: "i"))
    #expect(bench.kind == .consumer)
    let joined = try bench.joined(bench.join("", instance: "i"))
    #expect(joined.generationID == 3)
    try checkDowngraded(bench, (members + [joined.memberID]).sorted())
  }

  @Test func `G30: a coordinator that loads the group starts the rebalance`() throws {
    let (bench, members) = try mixed()
    _ = try bench.beat(.beat("m", -1))
    bench.restart()
    try checkDowngraded(bench, members)
  }

  @Test func `G30: members that never join the rebalance do not keep the others`() throws {
    let (bench, members) = try mixed()
    _ = try bench.beat(.beat("m", -1))
    let join = bench.join(members[0])
    bench.pass(30_000)
    #expect(try bench.joined(join).generationID == 4)
    #expect(try bench.joined(join).members.map(\.memberID) == [members[0]])
  }

  @Test(arguments: [GroupMigrationPolicy.upgrade, .bidirectional])
  func `G36: a group that may not be downgraded stays a consumer group`(
    _ policy: GroupMigrationPolicy
  ) throws {
    let (bench, members) = try mixed { settings in
      settings.migrationPolicy = policy
      if policy == .bidirectional { settings.classicMaxSize = 2 }
    }
    if policy == .bidirectional { bench.join("n") }
    _ = try bench.beat(.beat("m", -1))
    #expect(bench.kind == .consumer)
    #expect(bench.heartbeat(members[0], 3) == .rebalanceInProgress)
  }

  @Test func `G30: the last member of all leaves, and the group is an empty consumer group`() throws
  {
    let (bench, members) = try mixed()
    for member in members { #expect(try bench.leave(member) == [.none]) }
    _ = try bench.beat(.beat("m", -1))
    #expect(bench.kind == .consumer && bench.state == "Empty")
    bench.join("")
    #expect(bench.kind == .classic)
  }
}
