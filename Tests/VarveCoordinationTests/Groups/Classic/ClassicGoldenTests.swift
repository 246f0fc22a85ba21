import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: what Kafka 4.0 stored when librdkafka, Kafka's console consumer and aiokafka each joined
/// a group alone, consumed, and left.
struct ClassicGoldenTests {
  @Test(arguments: ["g-txn", "g-one", "g-two", "cg1", "aio"])
  func `a member that joins, syncs and leaves is stored as Kafka stored it`(
    _ id: String
  ) throws {
    let golden = try GoldenGroupRecords.classic(id)
    try #require(golden.count == 3)
    let member = try #require(golden[1].members.first)
    var group = ClassicGroup(
      id: id, settings: GroupSettings(), at: at(golden[0].currentStateTimestamp))
    var records: [GroupRecord] = []

    let named = try join(&group, member, golden[1], name: "", at: golden[0])
    records += named.records
    #expect(named.reply?.errorCode == .memberIDRequired)
    records += try join(&group, member, golden[1], name: member.memberID, at: golden[0]).records
    records += group.expire(at: at(golden[1].currentStateTimestamp)).records

    var sync = SyncGroupRequest()
    (sync.groupID, sync.memberID, sync.generationID) = (id, member.memberID, 1)
    var assignment = SyncGroupRequest.Assignment()
    (assignment.memberID, assignment.assignment) = (member.memberID, member.assignment)
    sync.assignments = [assignment]
    records += try group.sync(sync, by: caller(member, golden[1])).records

    var leave = LeaveGroupRequest()
    leave.groupID = id
    leave.memberID = member.memberID
    records += try group.leave(leave, version: 1, by: caller(member, golden[2])).records

    #expect(
      records.compactMap { if case .groupMetadata(_, let value) = $0 { value } else { nil } }
        == golden)
  }

  @Test func `groups load from what Kafka stored`() throws {
    var group = ClassicGroup(id: "g-two", settings: GroupSettings(), at: at(0))
    let golden = try GoldenGroupRecords.classic("g-two")
    var key = GroupMetadataKey()
    key.group = "g-two"
    group.replay(.groupMetadata(key, golden[1]))
    group.loaded(at: at(0))
    let described = group.describe()
    #expect(described.groupState == "Stable" && described.protocolData == "cooperative-sticky")
    #expect(described.members.map(\.clientID) == ["rdkafka"])
    #expect(group.subscribedTopics == ["codecs", "segments"])
    #expect(group.nextDeadline == 45_000)
    group.replay(.groupMetadata(key, golden[2]))
    #expect(group.describe().groupState == "Empty" && group.generation == 2)
  }

  private func at(_ timestamp: Int64) -> Moment {
    Moment(wallClock: Timestamp(timestamp), uptime: timestamp)
  }

  private func caller(
    _ member: GroupMetadataValue.MemberMetadata, _ value: GroupMetadataValue
  ) -> Caller {
    Caller(
      request: RequestID(1), clientID: member.clientID, host: member.clientHost,
      now: at(value.currentStateTimestamp), newMemberID: member.memberID)
  }

  private func join(
    _ group: inout ClassicGroup, _ member: GroupMetadataValue.MemberMetadata,
    _ joined: GroupMetadataValue, name: String, at value: GroupMetadataValue
  ) throws -> GroupDecision<JoinGroupResponse?> {
    var request = JoinGroupRequest()
    (request.groupID, request.memberID) = (group.id, name)
    request.sessionTimeoutMilliseconds = member.sessionTimeout
    request.rebalanceTimeoutMilliseconds = member.rebalanceTimeout
    request.protocolType = joined.protocolType
    var supported = JoinGroupRequest.MemberProtocol()
    supported.name = joined.protocolName ?? ""
    supported.metadata = member.subscription
    request.protocols = [supported]
    return try group.join(request, version: 5, by: caller(member, value))
  }
}
