import Testing
import Varve
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol
import VarveServer
import VarveTestSupport

/// Goal: a batch that a few bytes stand for waits for its turn to be unpacked, and nobody with it.
/// Method: the turn is the test's meanwhile, and the server has one loop.
@Suite struct LargePayloadTests {
  @Test(
    "G27: a large batch waits for its turn, which holds up neither its loop nor another broker",
    arguments: [nil, "transactional"])
  func turns(transactionalID: String?) async throws {
    try await ServedBroker.run(options: { $0.loopCount = 1 }) { served in
      try await ServedBroker.run { other in
        for served in [served, other] { try await served.varve.createTopic("records") }
        let large = try Self.request(String(repeating: "v", count: 4 << 20), transactionalID)
        var turn = served.broker.largePayloads.take()
        let isTaken = turn != nil
        #expect(isTaken)
        let port = served.port
        let client = try await onThread {
          let client = try WireClient(port: port)
          try client.post(large, version: 9)
          try client.post(ProduceRequest("records", batch: batch(["after"])), version: 9)
          return client
        }
        let small = try await served.client { client -> ProduceResponse in
          try client.ask(ProduceRequest("others", batch: batch(["small"])), version: 9)
        }
        #expect(small.topics[0].partitions[0].errorCode == .unknownTopicOrPartition)
        let elsewhere = try await other.client { client -> ProduceResponse in
          try client.ask(large, version: 9)
        }
        #expect(elsewhere.topics[0].partitions[0].errorCode == ErrorCode.none)
        let end = try await served.varve.latestOffset(of: "records", partition: 0)
        #expect(end == 0, "nothing is appended before its turn, or out of order")
        turn = nil
        let offsets = try await onThread {
          try (1...2).map { id in
            let response = try client.take(
              ProduceResponse.self, version: 9, correlationID: Int32(id))
            return response.topics[0].partitions[0].baseOffset
          }
        }
        #expect(offsets == [0, 1])
      }
    }
  }

  @Test("G27: large batches of many clients at once are all appended")
  func crowd() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("records")
      let large = try Self.request(String(repeating: "v", count: 4 << 20), nil)
      try await withThrowingTaskGroup { group in
        for _ in 0..<6 {
          group.addTask {
            try await served.client { client in
              for _ in 0..<3 {
                let stored: ProduceResponse = try client.ask(large, version: 9)
                #expect(stored.topics[0].partitions[0].errorCode == ErrorCode.none)
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let end = try await served.varve.latestOffset(of: "records", partition: 0)
      #expect(end == 18)
    }
  }

  private static func request(
    _ value: String, _ transactionalID: String?
  ) throws -> ProduceRequest {
    var request = ProduceRequest("records", batch: try batch([value], codec: .gzip))
    request.transactionalID = transactionalID
    return request
  }
}
