import Testing
import Varve
import VarveBase
import VarveLog
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
        join.sessionTimeoutMilliseconds = 1_800_000
        join.rebalanceTimeoutMilliseconds = 1_800_000
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

  @Test("G67: a member in the process and one over the wire share a group")
  func bothDoors() async throws {
    let config = ["group.consumer.heartbeat.interval.ms": "20"]
    try await ServedBroker.run(serverConfig: config) { served in
      try await served.varve.createTopic("t", partitions: 4)
      let consumer = try await served.varve.consumer(group: "g", topics: ["t"])
      let reading = Task { for try await _ in consumer.batches {} }
      let owned = try await served.client { client -> Set<Int32> in
        var request = ConsumerGroupHeartbeatRequest()
        request.groupID = "g"
        request.memberID = "wire"
        request.rebalanceTimeoutMilliseconds = 30_000
        request.subscribedTopicNames = ["t"]
        request.topicPartitions = []
        var owned: Set<Int32> = []
        // It gets its half once the other member has let go of it.
        while owned.count != 2 {
          let response: ConsumerGroupHeartbeatResponse = try client.ask(request, version: 1)
          try #require(response.errorCode == ErrorCode.none)
          request.memberEpoch = response.memberEpoch
          guard let assignment = response.assignment else { continue }
          owned = Set(assignment.topicPartitions.flatMap(\.partitions))
          request.topicPartitions = assignment.topicPartitions.map {
            var partition = ConsumerGroupHeartbeatRequest.TopicPartition()
            (partition.topicID, partition.partitions) = ($0.topicID, $0.partitions)
            return partition
          }
        }
        return owned
      }
      #expect(Set(consumer.assignment.map(\.partition)).isDisjoint(with: owned))
      await consumer.close()
      _ = await reading.result
    }
  }

  @Test("G37: a transaction over the wire is not seen before it is committed, nor if it is aborted")
  func transaction() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      for isCommit in [false, true] {
        try await served.client { try Self.transact(isCommit: isCommit, $0) }
      }
      var reader = try await served.varve.reader(
        "t", partition: 0, from: .earliest, isolation: .readCommitted)
      var seen: [String] = []
      while let batch = try reader.next() { seen += batch.compactMap(\.text) }
      #expect(seen == ["true"])
    }
  }

  /// A transaction of one record, by a producer of version 2 (KIP-890).
  private static func transact(isCommit: Bool, _ client: WireClient) throws {
    var start = InitProducerIdRequest()
    start.transactionalID = "x"
    start.transactionTimeoutMilliseconds = 60_000
    let producer: InitProducerIdResponse = try client.ask(start, version: 5)
    var builder = RecordBatchBuilder(
      producerID: producer.producerID, producerEpoch: producer.producerEpoch, baseSequence: 0,
      isTransactional: true)
    try builder.append(
      timestamp: SystemTime().now, key: nil, value: ByteSlice("\(isCommit)".utf8))
    try builder.finish()
    var produce = ProduceRequest("t", batch: builder.makeSlice())
    produce.transactionalID = "x"
    let produced: ProduceResponse = try client.ask(produce, version: 12)
    #expect(produced.topics[0].partitions[0].errorCode == ErrorCode.none)
    var fetch = FetchRequest("t", from: produced.topics[0].partitions[0].baseOffset)
    fetch.isolationLevel = 1
    let fetched: FetchResponse = try client.ask(fetch, version: 11)
    let partition = fetched.topics[0].partitions[0]
    #expect(partition.records?.isEmpty == true)
    #expect(partition.lastStableOffset == fetch.topics[0].partitions[0].fetchOffset)
    var end = EndTxnRequest()
    end.transactionalID = "x"
    end.producerID = producer.producerID
    end.producerEpoch = producer.producerEpoch
    end.isCommit = isCommit
    let ended: EndTxnResponse = try client.ask(end, version: 5)
    #expect(ended.errorCode == ErrorCode.none)
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
