import Foundation

/// Files of the data directory that Kafka 4.0 wrote, and what its tools printed of it.
enum GoldenText {
  static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "VarveLogTests/Golden")

  static func lines(_ path: String) throws -> [String] {
    try String(contentsOf: directory.appending(path: path), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }
}
