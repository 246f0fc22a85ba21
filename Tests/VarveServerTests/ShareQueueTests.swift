import Testing
import Varve
import VarveBase
import VarveBroker
import VarveProtocol

/// Goal: what Varve's queues have beyond Kafka's share groups can be said over the wire, in tagged
/// fields. Method: requests on a socket.
@Suite struct ShareQueueTests {
  private static func unpark(
    _ client: WireClient, _ token: String, settingOffsets: Bool = false
  ) throws -> AlterShareGroupOffsetsResponse {
    var request = AlterShareGroupOffsetsRequest()
    (request.groupID, request.token) = ("workers", token)
    if settingOffsets { request.topics = [AlterShareGroupOffsetsRequest.Topic()] }
    return try client.ask(request, version: 0)
  }

  @Test func `G47: a record that is parked comes when its token is named, members or not`()
    async throws
  {
    try await ServedQueue.run(records: 2) { queue in
      try await queue.served.client { client in
        var worker = ShareMember("a", queue)
        try worker.begin(client)
        let fetched = try worker.fetch(client, records: 1).offsets
        let early = try Self.unpark(client, "call")
        let parked = try worker.acknowledge(client, 0...0, [2], token: "call")
        let others = try worker.fetch(client, records: 5).offsets
        #expect(fetched == [0] && others == [1])
        #expect(parked == ErrorCode.none && early.wokenCount == 0)
        let woken = try Self.unpark(client, "call")
        #expect(woken.errorCode == ErrorCode.none && woken.wokenCount == 1)
        let again = try worker.fetch(client, records: 5)
        #expect(again.offsets == [0] && again.deliveryCounts == [1])
      }
    }
  }

  @Test func `G47: a token that is too long is refused, and one beside offsets`() async throws {
    try await ServedQueue.run(records: 1) { queue in
      try await queue.served.client { client in
        var worker = ShareMember("a", queue)
        try worker.begin(client)
        let fetched = try worker.fetch(client, records: 1).offsets
        #expect(fetched == [0])
        let long = String(repeating: "x", count: 250)
        let parked = try worker.acknowledge(client, 0...0, [2], token: long)
        #expect(parked == .invalidRequest)
        let codes = [
          try Self.unpark(client, long).errorCode,
          try Self.unpark(client, "call", settingOffsets: true).errorCode,
        ]
        #expect(codes == [.invalidRequest, .invalidRequest])
      }
    }
  }

  @Test func `G48: it is told what records are copies of`() async throws {
    let configs = [
      "varve.queue.enable": "true", "varve.deduplication.window.ms": "86400000",
    ]
    try await ServedQueue.run(records: 1, configs: configs) { queue in
      let producer = try queue.served.varve.producer()
      for id in ["x", "y", "x"] {
        _ = try await producer.send("jobs", value: id, headers: [Header("varve.message.id", id)])
      }
      try await producer.close()
      try await queue.served.client { client in
        for (asked, expected) in [(0, -1), (1, -1), (2, -1), (3, 1), (4, -1), (-1, -1)] {
          let first = try Self.first(ofCopyAt: Int64(asked), client)
          #expect(first == Offset(Int64(expected)), "\(asked)")
        }
      }
    }
  }

  private static func first(ofCopyAt offset: Int64, _ client: WireClient) throws -> Offset {
    var topic = DescribeShareGroupOffsetsRequest.Group.Topic()
    (topic.name, topic.partitions, topic.copies) = ("jobs", [0], [Offset(offset)])
    var group = DescribeShareGroupOffsetsRequest.Group()
    (group.groupID, group.topics) = ("workers", [topic])
    var request = DescribeShareGroupOffsetsRequest()
    request.groups = [group]
    let response: DescribeShareGroupOffsetsResponse = try client.ask(request, version: 1)
    let partition = try #require(response.groups.first?.topics.first?.partitions.first)
    #expect(partition.errorCode == ErrorCode.none)
    return partition.firstOffset
  }
}
