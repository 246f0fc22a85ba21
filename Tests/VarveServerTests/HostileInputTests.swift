import Testing
import VarveBase
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveTestSupport

/// Goal: nothing that a client sends, or leaves out, harms the server or others. Method: bytes on
/// sockets; a well-behaved client is served afterwards, or at the same time.
@Suite struct HostileInputTests {
  struct Input: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
  }

  static let inputs = [
    Input(testDescription: "a frame of 2 GB", bytes: [0x7F, 0xFF, 0xFF, 0xFF]),
    Input(testDescription: "a negative length", bytes: [0xFF, 0xFF, 0xFF, 0xFF]),
    Input(testDescription: "a frame without a header", bytes: [0, 0, 0, 0]),
    Input(testDescription: "half a header", bytes: [0, 0, 0, 4, 0, 3, 0, 9]),
    Input(
      testDescription: "a key that there is not",
      bytes: [0, 0, 0, 10, 0x7F, 0xFF, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF]),
    Input(
      testDescription: "a version that there is not",
      bytes: [0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, 0xFF, 0xFF]),
    Input(
      testDescription: "an array of two thousand million topics",
      bytes: [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]),
    Input(testDescription: "HTTP", bytes: Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
    Input(testDescription: "TLS", bytes: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]),
  ]

  @Test("G27: a client that breaks the protocol is left, others are served", arguments: inputs)
  func broken(input: Input) async throws {
    try await ServedBroker.run { served in
      let isEnded = try await served.client { client in
        try client.send(input.bytes)
        return try client.isEnded()
      }
      #expect(isEnded)
      try await Self.expectServed(served)
    }
  }

  @Test("G27: clients that fall silent in the middle of a frame do not keep others waiting")
  func silence() async throws {
    try await ServedBroker.run { served in
      let port = served.port
      let silent = try await onThread {
        try (0..<50).map { _ in
          let client = try WireClient(port: port)
          try client.send([0x05, 0xF5, 0xE1, 0x00] + Array(repeating: 1, count: 1_000))
          return client
        }
      }
      try await Self.expectServed(served)
      _ = silent
    }
  }

  @Test("G27: random bytes never end the server", arguments: 1...10 as ClosedRange<UInt64>)
  func random(seed: UInt64) async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
          let key = UInt8.random(in: 0...70, using: &generator)
          let body =
            [0, key, 0, UInt8.random(in: 0...14, using: &generator), 0, 0, 0, 1, 0xFF, 0xFF]
            + (0..<Int.random(in: 0...60, using: &generator)).map { _ in
              // Small numbers, so that some of it decodes.
              UInt8.random(
                in: 0...(Bool.random(using: &generator) ? 255 : 3), using: &generator)
            }
          let other = try WireClient(port: served.port)
          try other.send([0, 0, 0, UInt8(body.count)] + body)
        }
      }
      try await Self.expectServed(served)
    }
  }

  @Test("G27: no more connections are let in from an address than it may have")
  func tooMany() async throws {
    try await ServedBroker.run(options: { $0.connections.perHost = 3 }) { served in
      let port = served.port
      let ended = try await onThread {
        let clients = try (0..<3).map { _ in try WireClient(port: port) }
        for client in clients {
          let _: MetadataResponse = try client.ask(MetadataRequest(), version: 9)
        }
        return try WireClient(port: port).isEnded()
      }
      #expect(ended)
    }
  }

  private static func expectServed(_ served: ServedBroker) async throws {
    let response = try await served.client { client -> MetadataResponse in
      try client.ask(MetadataRequest(), version: 12)
    }
    #expect(response.brokers.count == 1)
  }
}
