import Testing
import Varve
import VarveBase
import VarveProtocol
import VarveServer
import VarveTestSupport

/// Goal: large requests that do not come whole take no more memory than is set, and hold others up
/// for no longer than is set. Method: more halves than there is room for, and a request that is
/// meant.
@Suite struct LargeRequestTests {
  private static let claimed = 1 << 20

  @Test(
    "G27: halves of large requests are given up, one after the other, and others get their turn")
  func halves() async throws {
    try await ServedBroker.run(options: {
      $0.requestMemoryBytesMax = 3 * Self.claimed
      $0.largeRequestMilliseconds = 50
    }) { served in
      try await served.varve.createTopic("records")
      let port = served.port
      let clients = try await onThread {
        try (0..<12).map { _ in
          let client = try WireClient(port: port)
          // A length, and less than what it claims.
          try client.send([0, 0x10, 0, 0] + Array(repeating: 0, count: 60_000))
          return client
        }
      }
      let values = [String(repeating: "v", count: 900_000)]
      let stored = try await served.client { client -> ProduceResponse in
        try client.ask(ProduceRequest("records", batch: try batch(values)), version: 9)
      }
      #expect(stored.topics[0].partitions[0].errorCode == ErrorCode.none)
      let ended = try await onThread { try clients.map { try $0.isEnded() } }
      #expect(ended == Array(repeating: true, count: 12))
    }
  }

  @Test("G27: small requests are answered while large ones have taken all the room")
  func small() async throws {
    try await ServedBroker.run(options: { $0.requestMemoryBytesMax = 1 }) { served in
      let port = served.port
      let clients = try await onThread {
        try (0..<5).map { _ in
          let client = try WireClient(port: port)
          try client.send([0, 0x10, 0, 0] + Array(repeating: 0, count: 60_000))
          return client
        }
      }
      let response = try await served.client { client -> MetadataResponse in
        try client.ask(MetadataRequest(), version: 12)
      }
      #expect(response.brokers.count == 1)
      _ = clients
    }
  }

  @Test("G27: large requests of many clients at once are all answered, with room for one at a time")
  func inTurn() async throws {
    try await ServedBroker.run(options: { $0.requestMemoryBytesMax = 1 }) { served in
      try await served.varve.createTopic("records")
      let values = [String(repeating: "v", count: 300_000)]
      try await withThrowingTaskGroup { group in
        for _ in 0..<8 {
          group.addTask {
            try await served.client { client in
              for _ in 0..<5 {
                let stored: ProduceResponse = try client.ask(
                  ProduceRequest("records", batch: try batch(values)), version: 9)
                #expect(stored.topics[0].partitions[0].errorCode == ErrorCode.none)
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let end = try await served.varve.latestOffset(of: "records", partition: 0)
      #expect(end == 40)
    }
  }
}
