import Testing
import Varve
import VarveBase
import VarveProtocol
import VarveTestSupport

/// Goal: a client that is slow, or hurried, harms nobody but itself. Method: sockets that send a
/// byte at a time, or do not read; another client is served meanwhile.
@Suite struct SlowClientTests {
  @Test("G27: a request that comes a byte at a time is answered, others meanwhile")
  func byteByByte() async throws {
    try await ServedBroker.run { served in
      let port = served.port
      try await onThread {
        let slow = try WireClient(port: port)
        let frame = Array(
          MetadataRequest().requestFrame(version: 9, correlationID: 1, clientID: "slow"))
        for byte in frame {
          try slow.send([byte])
          let other = try WireClient(port: port)
          let _: MetadataResponse = try other.ask(MetadataRequest(), version: 9)
        }
        let response = try slow.take(MetadataResponse.self, version: 9, correlationID: 1)
        #expect(response.brokers.count == 1)
      }
    }
  }

  @Test("G27: a client that does not read its answers gets them all once it does, in their order")
  func neverReads() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("records")
      let port = served.port
      let values = [String(repeating: "v", count: 500_000)]
      try await onThread {
        let writer = try WireClient(port: port)
        let stored: ProduceResponse = try writer.ask(
          ProduceRequest("records", batch: try batch(values)), version: 9)
        #expect(stored.topics[0].partitions[0].errorCode == ErrorCode.none)
        let silent = try WireClient(port: port)
        // 20 MB of answers, which no socket holds.
        let tickets = try (0..<40).map { _ in
          try silent.post(FetchRequest("records"), version: 12)
        }
        let read: FetchResponse = try writer.ask(FetchRequest("records"), version: 12)
        #expect(try VarveServerTests.values(read.topics[0].partitions[0].records) == values)
        for ticket in tickets {
          let answer = try silent.take(
            FetchResponse.self, version: 12, correlationID: ticket)
          #expect((answer.topics[0].partitions[0].records?.count ?? 0) > 500_000)
        }
      }
    }
  }

  @Test("G27: thousands of tiny requests are answered in their order, others meanwhile")
  func tinyRequests() async throws {
    try await ServedBroker.run { served in
      let port = served.port
      try await onThread {
        let hurried = try WireClient(port: port)
        let other = try WireClient(port: port)
        for _ in 0..<5 {
          let tickets = try (0..<1_000).map { _ in
            try hurried.post(ApiVersionsRequest(), version: 0)
          }
          let _: MetadataResponse = try other.ask(MetadataRequest(), version: 9)
          for ticket in tickets {
            _ = try hurried.take(ApiVersionsResponse.self, version: 0, correlationID: ticket)
          }
        }
      }
    }
  }
}
