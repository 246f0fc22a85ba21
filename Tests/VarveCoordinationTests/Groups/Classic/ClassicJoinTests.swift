import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: the behaviour that KIP-134, KIP-345, KIP-394 and KIP-814 describe.
struct ClassicJoinTests {
  @Test func `a new member is told its name first, and comes back with it (KIP-394)`() {
    let bench = ClassicGroupBench()
    let first = bench.join()
    #expect(bench.joinError(first) == .memberIDRequired)
    #expect(bench.joined(first)?.memberID == "c-1")
    #expect(bench.group.state == .empty && bench.group.memberCount == 0)

    let second = bench.join("c-1")
    #expect(bench.joins[second] == nil, "it waits")
    #expect(bench.group.state == .preparingRebalance)
    bench.pass(2_999)
    #expect(bench.joins[second] == nil)
    bench.pass(1)
    let joined = bench.joined(second)
    #expect(joined?.errorCode == ErrorCode.none)
    #expect(joined?.generationID == 1)
    #expect(joined?.leader == "c-1")
    #expect(joined?.members.map(\.memberID) == ["c-1"])
    #expect(joined?.protocolName == "range" && joined?.protocolType == "consumer")
  }

  @Test func `before version 4 a member is in at once`() {
    let bench = ClassicGroupBench()
    let request = bench.join(version: 3)
    bench.pass(3_000)
    #expect(bench.joined(request)?.memberID == "c-1")
  }

  @Test func `one that does not come back with its name is forgotten`() {
    let bench = ClassicGroupBench()
    bench.join(session: 10_000)
    bench.pass(10_000)
    let late = bench.join("c-1")
    #expect(bench.joinError(late) == .unknownMemberID)
    #expect(bench.group.nextDeadline == nil)
  }

  @Test func `the first rebalance waits longer while members come, up to their timeout`() {
    let bench = ClassicGroupBench()
    let first = bench.joinNew(rebalance: 7_000)
    bench.pass(2_000)
    let second = bench.joinNew(rebalance: 7_000)
    bench.pass(1_000)
    #expect(bench.joins[first.request] == nil, "the second came meanwhile")
    bench.pass(2_000)
    let third = bench.joinNew(rebalance: 7_000)
    bench.pass(1_000)
    #expect(bench.joins[first.request] == nil, "6 s have passed, 7 s are allowed")
    bench.pass(1_000)
    for request in [first.request, second.request, third.request] {
      #expect(bench.joined(request)?.generationID == 1)
    }
    #expect(bench.joined(first.request)?.members.count == 3)
    #expect(bench.joined(second.request)?.members.isEmpty == true, "only the leader is told")
  }

  @Test func `the protocol that most members like best among those of all is chosen`() {
    let bench = ClassicGroupBench()
    let first = bench.joinNew(protocols: ["x", "sticky", "range"])
    bench.joinNew(protocols: ["range", "sticky"])
    bench.joinNew(protocols: ["range", "y", "sticky"])
    bench.pass(6_000)
    #expect(bench.joined(first.request)?.protocolName == "range")
  }

  @Test func `a member that shares no protocol or type is refused, and nothing changes`() {
    let (bench, _) = ClassicGroupBench.stable(2)
    let before = bench.group.describe()
    for request in [
      bench.join(protocols: ["other"]), bench.join(protocols: []), bench.join(type: "connect"),
      bench.join(type: ""),
    ] { #expect(bench.joinError(request) == .inconsistentGroupProtocol) }
    #expect(bench.group.describe() == before && bench.records.count == 2)
  }

  @Test(arguments: [5_999, 1_800_001]) func `a session timeout has bounds`(_ timeout: Int32) {
    let bench = ClassicGroupBench()
    #expect(bench.joinError(bench.join(session: timeout)) == .invalidSessionTimeout)
    #expect(bench.records.isEmpty)
  }

  @Test func `an unknown member cannot join, nor create a group`() {
    let bench = ClassicGroupBench()
    #expect(bench.joinError(bench.join("nobody")) == .unknownMemberID)
    #expect(bench.records.isEmpty)
  }

  @Test func `a group takes no more members than group.max.size`() {
    var settings = GroupSettings()
    settings.classicMaxSize = 2
    let (bench, members) = ClassicGroupBench.stable(2, settings: settings)
    #expect(bench.joinError(bench.join()) == .groupMaxSizeReached)
    #expect(bench.heartbeat(members[1], generation: 1) == .none)
    #expect(bench.group.state == .stable)
  }

  @Test func `a loaded group that is too large shrinks by its last members`() {
    let (bench, members) = ClassicGroupBench.stable(3)
    bench.group.settings.classicMaxSize = 2
    bench.restart()
    #expect(bench.group.state == .preparingRebalance)
    bench.join(members[2])
    bench.join(members[0])
    #expect(bench.joinError(bench.join(members[1])) == .groupMaxSizeReached)
    #expect(bench.group.memberCount == 2)
    #expect(bench.group.state == .completingRebalance)
  }

  @Test func `members that do not join in time are out, the last leader too`() {
    let (bench, members) = ClassicGroupBench.stable(3, session: 100_000)
    let request = bench.join(members[1], protocols: ["range", "sticky"])
    #expect(bench.heartbeat(members[0], generation: 1) == .rebalanceInProgress)
    bench.pass(59_999)
    #expect(bench.joins[request] == nil)
    bench.pass(1)
    let joined = bench.joined(request)
    #expect(joined?.generationID == 2 && joined?.leader == members[1])
    #expect(joined?.members.map(\.memberID) == [members[1]])
    #expect(bench.heartbeat(members[0], generation: 1) == .unknownMemberID)
  }

  @Test func `a follower that missed its answer gets the generation again; a leader rebalances`() {
    let (bench, members) = ClassicGroupBench.stable(2)
    let again = bench.join(members[1])
    #expect(bench.joined(again)?.generationID == 1)
    #expect(bench.joined(again)?.leader == members[0])
    #expect(bench.group.state == .stable)
    bench.join(members[0])
    #expect(bench.group.state == .preparingRebalance)
  }

  @Test func `a join that is repeated answers the one before`() {
    let (bench, members) = ClassicGroupBench.stable(2)
    let first = bench.join(members[0])
    let second = bench.join(members[0])
    #expect(bench.joinError(first) == .rebalanceInProgress)
    #expect(bench.joins[second] == nil)
    bench.join(members[1])
    #expect(bench.joined(second)?.generationID == 2)
  }

  @Test func `a new member that waits too long has to ask again`() {
    let (bench, members) = ClassicGroupBench.stable(1, session: 1_000_000)
    bench.join(members[0], session: 1_000_000, rebalance: 1_000_000)
    bench.pass(1)
    bench.sync(members[0], generation: 2)
    let new = bench.joinNew(rebalance: 1_000_000)
    bench.pass(299_999)
    #expect(bench.joins[new.request] == nil)
    bench.pass(1)
    #expect(bench.joinError(new.request) == .unknownMemberID)
  }

  @Test func `G27: after the last generation that there can be comes the first`() throws {
    let (bench, members) = ClassicGroupBench.stable(1)
    var value = try #require(bench.values.last ?? nil)
    value.generation = .max
    var key = GroupMetadataKey()
    key.group = "g"
    bench.records = [.groupMetadata(key, value)]
    bench.restart()
    bench.replica = bench.group
    #expect(bench.heartbeat(members[0], generation: .max) == .none)
    let again = bench.join(members[0])
    #expect(bench.joined(again)?.generationID == 1)
  }
}
