import Foundation
import Testing
import VarveBase
import VarveProtocol
import VarveTestSupport

/// Goal: clients of any age learn what the server speaks. Method: bytes on a socket, and what Kafka
/// 4.0 answered to the same question.
@Suite struct ApiVersionsTests {
  @Test("G21: an unknown version is answered in version 0, with the APIs all the same")
  func unknownVersion() async throws {
    let frame = try await ServedBroker.run { served in
      try await served.client { client -> ByteSlice? in
        // Key 18, version 99, correlation 7, client id "c", no tags, and what no one knows.
        let body: [UInt8] = [0, 18, 0, 99, 0, 0, 0, 7, 0, 1, 99, 0, 1, 2, 3]
        try client.send([0, 0, 0, UInt8(body.count)] + body)
        return try client.receiveFrame()
      }
    }
    let bytes = try #require(frame.map { Array($0) })
    // Correlation 7, error 35, then an array of four bytes a length and six an entry.
    #expect(bytes.prefix(6) == [0, 0, 0, 7, 0, 35])
    let count = bytes[6..<10].reduce(0) { $0 << 8 | Int($1) }
    #expect(count > 20)
    #expect(bytes.count == 10 + count * 6)
    #expect(bytes[10..<12] == [0, 0])
  }

  @Test("G21: Produce is claimed from version 0 on, and every claim is one of Kafka's")
  func claims() async throws {
    let response = try await ServedBroker.run { served in
      try await served.client { client -> ApiVersionsResponse in
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "test"
        request.clientSoftwareVersion = "1"
        return try client.ask(request, version: 3)
      }
    }
    let kafka = try Self.kafka()
    let claimed = Dictionary(uniqueKeysWithValues: response.apis.map { ($0.key, $0) })
    #expect(claimed[0]?.lowest == 0)
    // Kafka claims telemetry, 71 and 72, where a plugin takes it. Its 4.0 had a preview of share
    // groups, off unless asked for; 4.2 has what is spoken here.
    let others: Set<Int16> = [71, 72, 76, 77, 78, 79, 90, 91, 92]
    for api in response.apis where !others.contains(api.key) {
      let theirs = try #require(kafka[api.key], "key \(api.key)")
      // JoinGroup 0 and 1 are answered although Kafka 4.0 has given them up.
      #expect(api.lowest <= theirs.lowest, "key \(api.key)")
      #expect(api.highest >= theirs.highest, "key \(api.key)")
    }
    #expect(response.finalizedFeatures.map(\.name).contains("transaction.version"))
    #expect(response.finalizedFeatures.map(\.name).contains("group.version"))
  }

  /// What Kafka 4.0 claimed, by key, as recorded.
  private static func kafka() throws -> [Int16: ApiVersionsResponse.VersionRange] {
    struct Frame: Decodable {
      let api: Int16?
      let version: Int16?
      let kind: String
      let hex: String
    }
    for line in try GoldenData.lines("frames.jsonl") {
      let frame = try JSONDecoder().decode(Frame.self, from: Data(line.utf8))
      guard frame.api == 18, frame.version == 3, frame.kind == "response" else { continue }
      let bytes = ByteSlice(GoldenData.bytes(hexadecimal: frame.hex))
      let response = try ApiVersionsResponse(decoding: bytes.slice(4..<bytes.count), version: 3)
      return Dictionary(uniqueKeysWithValues: response.apis.map { ($0.key, $0) })
    }
    return [:]
  }

  @Test(arguments: ["", "-a", "a b", "ä"])
  func `a client that names itself against the rules is told so`(name: String) async throws {
    let response = try await ServedBroker.run { served in
      try await served.client { client -> ApiVersionsResponse in
        var request = ApiVersionsRequest()
        request.clientSoftwareName = name
        request.clientSoftwareVersion = "1"
        return try client.ask(request, version: 4)
      }
    }
    #expect(response.errorCode == .invalidRequest)
  }
}
