import Testing
import Varve
import VarveBase
import VarveProtocol

/// Goal: members over the wire and in the process are of one group, and what is committed through
/// one door is known at the other. Method: a client on a socket beside `Varve`'s consumers.
@Suite struct GroupHandlerTests {
  @Test("G26: metadata that is committed with an offset comes back")
  func metadata() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        var commit = OffsetCommitRequest()
        commit.groupID = "g"
        var topic = OffsetCommitRequest.Topic()
        topic.name = "t"
        var partition = OffsetCommitRequest.Topic.Partition()
        partition.committedOffset = 7
        partition.committedLeaderEpoch = 0
        partition.committedMetadata = "where we were"
        topic.partitions = [partition]
        commit.topics = [topic]
        let committed: OffsetCommitResponse = try client.ask(commit, version: 8)
        #expect(committed.topics[0].partitions[0].errorCode == ErrorCode.none)
        var fetch = OffsetFetchRequest()
        var group = OffsetFetchRequest.Group()
        group.groupID = "g"
        fetch.groups = [group]
        let fetched: OffsetFetchResponse = try client.ask(fetch, version: 8)
        let answer = fetched.groups[0].topics[0].partitions[0]
        #expect(answer.committedOffset == 7)
        #expect(answer.metadata == "where we were")
      }
    }
  }

  @Test("G29: a classic member over the wire joins, is assigned what it brought, and leaves")
  func classic() async throws {
    try await ServedBroker.run(
      serverConfig: ["group.initial.rebalance.delay.ms": "0"]
    ) { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        var join = JoinGroupRequest()
        join.groupID = "g"
        join.sessionTimeoutMilliseconds = 30_000
        join.rebalanceTimeoutMilliseconds = 30_000
        join.protocolType = "consumer"
        var offered = JoinGroupRequest.MemberProtocol()
        offered.name = "range"
        join.protocols = [offered]
        let first: JoinGroupResponse = try client.ask(join, version: 9)
        #expect(first.errorCode == .memberIDRequired)
        join.memberID = first.memberID
        let joined: JoinGroupResponse = try client.ask(join, version: 9)
        #expect(joined.errorCode == ErrorCode.none)
        #expect(joined.leader == first.memberID)
        var sync = SyncGroupRequest()
        sync.groupID = "g"
        sync.memberID = first.memberID
        sync.generationID = joined.generationID
        sync.protocolType = "consumer"
        sync.protocolName = "range"
        var assignment = SyncGroupRequest.Assignment()
        assignment.memberID = first.memberID
        assignment.assignment = ByteSlice([1, 2, 3])
        sync.assignments = [assignment]
        let synced: SyncGroupResponse = try client.ask(sync, version: 5)
        #expect(Array(synced.assignment) == [1, 2, 3])
        var leave = LeaveGroupRequest()
        leave.groupID = "g"
        var member = LeaveGroupRequest.Member()
        member.memberID = first.memberID
        leave.members = [member]
        let left: LeaveGroupResponse = try client.ask(leave, version: 5)
        #expect(left.members.map(\.errorCode) == [.none])
      }
    }
  }

  @Test("G26: a transaction timeout above the maximum is INVALID_TRANSACTION_TIMEOUT")
  func timeout() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        var request = InitProducerIdRequest()
        request.transactionalID = "t"
        request.transactionTimeoutMilliseconds = 2_000_000_000
        let response: InitProducerIdResponse = try client.ask(request, version: 4)
        #expect(response.errorCode == .invalidTransactionTimeout)
      }
    }
  }
}
