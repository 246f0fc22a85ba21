import Foundation

/// A request or response between one of Kafka's clients and Kafka 4.0.
package struct GoldenFrame: Sendable, CustomStringConvertible {
  /// The line of the file, from 1.
  package let line: Int
  /// The key of the API; responses do not carry it, it is that of their request.
  package let key: Int16
  package let version: Int16
  package let isRequest: Bool
  package let correlationID: Int32
  /// The frame without its length.
  package let bytes: [UInt8]

  package var description: String {
    "line \(line): \(isRequest ? "request" : "response") \(key) version \(version)"
  }

  /// All frames of the file, read once.
  package static func all() throws -> [GoldenFrame] { try loaded.get() }

  private static let loaded = Result {
    try GoldenData.lines("frames.jsonl").enumerated().map { index, line in
      let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      return GoldenFrame(
        line: index + 1, key: decoded.api, version: decoded.version,
        isRequest: decoded.kind == "request", correlationID: decoded.correlation,
        bytes: GoldenData.bytes(hexadecimal: decoded.hex))
    }
  }

  private struct Line: Decodable {
    var api: Int16
    var version: Int16
    var kind: String
    var correlation: Int32
    var hex: String
  }
}
