import Foundation
import VarveBase

/// Files of the data directory that Kafka 4.0 wrote, and what its tools printed of it.
enum GoldenText {
  static let directory = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "VarveLogTests/Golden")

  static func text(_ path: String) throws -> String {
    try String(contentsOf: directory.appending(path: path), encoding: .utf8)
  }

  static func lines(_ path: String) throws -> [String] {
    try text(path).split(separator: "\n").map(String.init)
  }

  static func bytes(_ path: String) throws -> ByteSlice {
    ByteSlice(Array(try Data(contentsOf: directory.appending(path: path))))
  }

  static let metadataLog = "data/__cluster_metadata-0/00000000000000000000.log"
  static let metadataSnapshot =
    "data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"
}
