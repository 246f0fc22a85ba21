import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: KIP-345 and KIP-814.
struct ClassicStaticMemberTests {
  @Test(arguments: [0, 1])
  func `G31: a static member that restarts within its session moves nothing`(_ index: Int) throws {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true)
    bench.pass(9_000)
    #expect(bench.heartbeat(members[1 - index], generation: 1) == .none)
    let request = bench.join(instance: "i\(index)")
    let joined = try #require(bench.joined(request))
    #expect(joined.errorCode == .none && joined.generationID == 1)
    #expect(joined.memberID != members[index])
    #expect(bench.group.state == .stable && bench.group.generation == 1)
    #expect(joined.skipsAssignment == (index == 0), "a leader that comes back does not assign")
    #expect(joined.members.count == (index == 0 ? 2 : 0))

    let sync = bench.sync(joined.memberID, generation: 1, instance: "i\(index)")
    #expect(bench.assignment(sync) == [UInt8(index)])
    bench.pass(9_999)
    #expect(bench.heartbeat(joined.memberID, generation: 1, instance: "i\(index)") == .none)
    let stored = try #require(bench.values.last ?? nil)
    #expect(stored.members.map(\.memberID).contains(joined.memberID))
    #expect(!stored.members.map(\.memberID).contains(members[index]))
  }

  @Test func `before version 9 a leader that comes back is told that it follows`() {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true)
    let request = bench.join(instance: "i0", version: 8)
    #expect(bench.joined(request)?.leader == members[0])
    #expect(bench.joined(request)?.members.isEmpty == true)
    #expect(bench.joined(request)?.skipsAssignment == false)
    #expect(bench.group.leader == bench.joined(request)?.memberID)
  }

  @Test func `the member whose place was taken is fenced`() {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true)
    bench.join(instance: "i1")
    #expect(bench.heartbeat(members[1], generation: 1, instance: "i1") == .fencedInstanceID)
    #expect(bench.heartbeat(members[1], generation: 1) == .unknownMemberID)
    #expect(bench.heartbeat("x", generation: 1, instance: "i7") == .unknownMemberID)
    let join = bench.join(members[1], instance: "i1")
    #expect(bench.joinError(join) == .fencedInstanceID)
    let sync = bench.sync(members[1], generation: 1, instance: "i1")
    #expect(bench.syncError(sync) == .fencedInstanceID)
    #expect(bench.leave((members[1], instance: "i1")) == [.fencedInstanceID])
    #expect(throws: CoordinatorError.self) {
      try bench.group.validateCommit(memberID: members[1], generation: 1, instanceID: "i1")
    }
  }

  @Test func `one that waits is fenced at once`() {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true)
    let waiting = bench.join(members[0], instance: "i0")
    let other = bench.join(instance: "i0")
    #expect(bench.joinError(waiting) == .fencedInstanceID)
    #expect(bench.joins[other] == nil)
    bench.join(members[1], instance: "i1")
    #expect(bench.joined(other)?.generationID == 2)
  }

  @Test func `one that comes back while the leader assigns makes a new generation`() {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true)
    bench.join(members[0], instance: "i0")
    bench.join(members[1], instance: "i1")
    #expect(bench.group.state == .completingRebalance)
    let sync = bench.sync(members[1], generation: 2, instance: "i1")
    bench.join(instance: "i1")
    #expect(bench.syncError(sync) == .fencedInstanceID)
    #expect(bench.group.state == .preparingRebalance)
  }

  @Test func `one that comes back with other protocols rebalances`() {
    let (bench, _) = ClassicGroupBench.stable(
      2, isStatic: true, protocols: ["sticky", "range"])
    bench.join(instance: "i0", protocols: ["range"])
    #expect(bench.group.state == .preparingRebalance)
  }

  @Test func `static members that are away keep their place for their session`() {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true, session: 100_000)
    let request = bench.join(members[0], instance: "i0")
    bench.pass(60_000)
    #expect(bench.joined(request)?.members.map(\.memberID) == members)
  }

  @Test func `a rebalance that nobody joins goes on until the sessions end`() {
    let (bench, members) = ClassicGroupBench.stable(2, isStatic: true, session: 100_000)
    bench.join(members[0], instance: "i0")
    #expect(bench.leave((members[0], instance: "i0")) == [.none])
    bench.pass(60_000)
    #expect(bench.group.state == .preparingRebalance && bench.group.generation == 1)
    bench.pass(40_000)
    bench.pass(60_000)
    #expect(bench.group.state == .empty && bench.group.generation == 2)
  }

  @Test func `an administrator takes a static member out by its instance`() {
    let (bench, _) = ClassicGroupBench.stable(2, isStatic: true)
    #expect(bench.leave(("", instance: "i1"), ("", instance: "i9")) == [.none, .unknownMemberID])
    #expect(bench.group.memberCount == 1)
    #expect(bench.group.state == .preparingRebalance)
  }
}
