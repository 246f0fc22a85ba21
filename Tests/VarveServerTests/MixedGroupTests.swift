import Testing
import Varve
import VarveBase
import VarveProtocol

/// Goal: classic members over the wire and members in the process are of one group, and what one
/// commits, plainly or in a transaction, the others go on from. Method: a client on a socket beside
/// a consumer of `Varve`'s; where each stands is what the group has committed.
@Suite struct MixedGroupTests {
  private static let configs = [
    "group.initial.rebalance.delay.ms": "0", "group.consumer.heartbeat.interval.ms": "20",
  ]

  /// Runs `body` with a classic member and one in the process, who have half of four partitions
  /// each.
  private static func shared(
    _ body: @escaping @Sendable (ServedBroker, GroupConsumer, inout WireMember) throws -> Void
  ) async throws {
    try await ServedBroker.run(serverConfig: configs) { served in
      try await served.varve.createTopic("t", partitions: 4)
      let consumer = try await served.varve.consumer(group: "g", topics: ["t"])
      let reading = Task { for try await _ in consumer.batches {} }
      try await served.client { client in
        var member = WireMember(client, group: "g", topic: "t")
        try member.settle(partitionCount: 4)
        while member.partitions.count != 2 || consumer.assignment.count != 2 {
          if try member.heartbeat() == .rebalanceInProgress {
            try member.settle(partitionCount: 4)
          }
        }
        try body(served, consumer, &member)
      }
      while consumer.assignment.count < 4 { await Task.yield() }
      await consumer.close()
      _ = await reading.result
    }
  }

  @Test("G67, G30: a classic member over the wire and one in the process share a group")
  func classic() async throws {
    try await Self.shared { _, consumer, member in
      let others = Set(consumer.assignment.map(\.partition))
      #expect(others.union(member.partitions) == [0, 1, 2, 3])
      let mine = try #require(member.partitions.min())
      let code = try member.commit(5, of: mine)
      #expect(code == ErrorCode.none)
      let left = try member.leave()
      #expect(left == ErrorCode.none)
    }
  }

  @Test(
    "G37, G67: a transaction over the wire commits offsets of a group that the process is in, too",
    arguments: [true, false])
  func transaction(commits: Bool) async throws {
    try await Self.shared { served, consumer, member in
      var producer = try WireProducer(member.client, "x")
      let mine = try #require(member.partitions.min())
      let sent = try producer.send("a", to: "t")
      let added = try producer.commit(7, of: mine, by: member)
      #expect(sent == ErrorCode.none && added == ErrorCode.none)
      #expect(try committed(member, mine) == -1)
      let ended = try producer.end(commits: commits)
      #expect(ended == ErrorCode.none)
      #expect(try committed(member, mine) == (commits ? 7 : -1))
      let left = try member.leave()
      #expect(left == ErrorCode.none)
    }
  }
}

/// What the group has committed of a partition, by the wire; -1 for nothing.
private func committed(_ member: WireMember, _ partition: Int32) throws -> Offset {
  var topic = OffsetFetchRequest.Group.Topic()
  (topic.name, topic.partitionIndexes) = (member.topic, [partition])
  var group = OffsetFetchRequest.Group()
  (group.groupID, group.topics) = (member.group, [topic])
  var request = OffsetFetchRequest()
  request.groups = [group]
  let response: OffsetFetchResponse = try member.client.ask(request, version: 8)
  return response.groups[0].topics[0].partitions[0].committedOffset
}
