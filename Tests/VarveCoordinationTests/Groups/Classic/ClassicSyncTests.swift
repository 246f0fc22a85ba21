import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: the classic group protocol as Kafka documents it.
struct ClassicSyncTests {
  /// A group of two that has joined generation 1 and not synced.
  private func completing() -> (bench: ClassicGroupBench, members: [String]) {
    let bench = ClassicGroupBench()
    let members = [bench.joinNew().member, bench.joinNew().member]
    bench.pass(6_000)
    #expect(bench.group.state == .completingRebalance)
    return (bench, members)
  }

  @Test func `G26: followers wait for the leader, who brings everybody's assignment`() {
    let (bench, members) = completing()
    let follower = bench.sync(members[1], generation: 1)
    #expect(bench.syncs[follower] == nil)
    let leader = bench.sync(
      members[0], generation: 1, assignments: [members[0]: 7, members[1]: 8, "nobody": 9])
    #expect(bench.assignment(leader) == [7])
    #expect(bench.assignment(follower) == [8])
    #expect(bench.group.state == .stable)
    let again = bench.sync(members[1], generation: 1)
    #expect(bench.assignment(again) == [8])
  }

  @Test func `a member that the leader forgot gets an empty assignment`() {
    let (bench, members) = completing()
    bench.sync(members[0], generation: 1, assignments: [members[0]: 7])
    let follower = bench.sync(members[1], generation: 1)
    #expect(bench.assignment(follower) == [])
  }

  @Test func `members that do not ask for their assignment are put out`() {
    let (bench, members) = completing()
    bench.sync(members[0], generation: 1, assignments: [members[0]: 7])
    for _ in 0..<59 {
      bench.pass(1_000)
      #expect(bench.heartbeat(members[0], generation: 1) == .none)
      #expect(bench.heartbeat(members[1], generation: 1) == .none)
    }
    bench.pass(1_000)
    #expect(bench.group.state == .preparingRebalance)
    #expect(bench.heartbeat(members[1], generation: 1) == .unknownMemberID)
    let rejoined = bench.join(members[0])
    #expect(bench.joined(rejoined)?.generationID == 2)
  }

  @Test func `a leader that never assigns is put out, and the others go on`() {
    let (bench, members) = completing()
    let waiting = bench.sync(members[1], generation: 1)
    bench.pass(9_999)
    #expect(bench.syncs[waiting] == nil)
    bench.pass(1)
    #expect(bench.syncError(waiting) == .rebalanceInProgress)
    let request = bench.join(members[1])
    #expect(bench.joined(request)?.leader == members[1])
  }

  @Test func `a sync during the next rebalance, of another generation or protocol is refused`() {
    let (bench, members) = completing()
    #expect(bench.syncError(bench.sync(members[1], generation: 0)) == .illegalGeneration)
    #expect(bench.syncError(bench.sync("x", generation: 1)) == .unknownMemberID)
    let other = bench.sync(members[1], generation: 1, protocolName: "sticky")
    #expect(bench.syncError(other) == .inconsistentGroupProtocol)
    bench.join(members[1], protocols: ["range", "x"])
    #expect(bench.syncError(bench.sync(members[0], generation: 1)) == .rebalanceInProgress)
  }

  @Test func `a new member sends those that wait for the leader back to join`() {
    let (bench, members) = completing()
    let waiting = bench.sync(members[1], generation: 1)
    bench.joinNew()
    #expect(bench.syncError(waiting) == .rebalanceInProgress)
    #expect(bench.group.state == .preparingRebalance)
  }

  @Test func `a member that leaves while it waits is answered`() {
    let (bench, members) = completing()
    let waiting = bench.sync(members[1], generation: 1)
    #expect(bench.leave((members[1], instance: nil)) == [.none])
    #expect(bench.syncError(waiting) == .unknownMemberID)
  }
}
