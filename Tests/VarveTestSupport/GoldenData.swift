package import Foundation
package import VarveTestKit

/// The data directory that Apache Kafka 4.0 wrote, and what Kafka and its clients read from it:
/// see Golden/README.md.
package enum GoldenData {
  /// The folder with `data`, `dump` and the files of records. Read only.
  package static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "VarveLogTests/Golden")

  package static let metadataLog = "data/__cluster_metadata-0/00000000000000000000.log"
  package static let metadataSnapshot =
    "data/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"

  /// The bytes of a file below the folder: `data/codecs-0/00000000000000000000.log`.
  package static func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: folder.appending(path: path)))
  }

  /// The bytes that `text` writes in hexadecimal digits.
  package static func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = Array(text.utf8).map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// The text of a file below the folder; one whose name ends in `.gz` is unpacked.
  package static func text(_ path: String) throws -> String {
    guard path.hasSuffix(".gz") else { return String(decoding: try bytes(path), as: UTF8.self) }
    let file = folder.appending(path: path).path()
    let (text, status) = try ChildProcess.run("gzip", ["-dc", file])
    guard status == 0 else { throw CocoaError(.fileReadCorruptFile) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The lines of a text, empty ones left out.
  package static func lines(_ path: String) throws -> [String] {
    try text(path).split(separator: "\n").map(String.init)
  }

  /// The files below `data` whose names end so, sorted: `codecs-0/00000000000000000000.log`.
  package static func dataFiles(_ suffix: String) throws -> [String] {
    let data = folder.appending(path: "data")
    return try FileManager.default.subpathsOfDirectory(atPath: data.path())
      .filter { $0.hasSuffix(suffix) }.sorted()
  }

  /// The partitions' directories, those that Kafka was about to delete left out.
  package static func partitions() throws -> [String] {
    let files = try dataFiles(".log").filter { !$0.contains("-delete/") }
    return Set(files.map { String($0.prefix { $0 != "/" }) }).sorted()
  }

  /// A directory with a copy of the data directory, `data`, that a test may change.
  package static func temporaryCopy() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let copy = directory.path + "/data"
    try FileManager.default.copyItem(
      atPath: folder.appending(path: "data").path(), toPath: copy)
    // Kafka preallocates the indexes of a new segment; as zeros they are left out of the fixture.
    let zeroFiles = [
      ("00000000000000000000.index", 10_485_760), ("00000000000000000000.timeindex", 10_485_756),
    ]
    for name in try FileManager.default.contentsOfDirectory(atPath: copy)
    where name.hasPrefix("tool-a-") && name.hasSuffix("-delete") {
      for (file, byteCount) in zeroFiles {
        let path = "\(copy)/\(name)/\(file)"
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
          throw CocoaError(.fileWriteUnknown)
        }
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: UInt64(byteCount))
        try handle.close()
      }
    }
    return directory
  }
}

/// A record as a client read it from Kafka.
package struct GoldenRecord: Equatable, Sendable {
  package var offset: Int64
  package var timestamp: Int64
  /// 1 for the producer's time, 2 for the log's.
  package var timestampType: Int
  package var key: [UInt8]?
  package var value: [UInt8]?
  package var headers: [Header] = []

  package struct Header: Equatable, Sendable {
    package var key: String
    package var value: [UInt8]?

    package init(key: String, value: [UInt8]?) {
      self.key = key
      self.value = value
    }
  }

  package init(
    offset: Int64, timestamp: Int64, timestampType: Int, key: [UInt8]?, value: [UInt8]?,
    headers: [Header] = []
  ) {
    self.offset = offset
    self.timestamp = timestamp
    self.timestampType = timestampType
    self.key = key
    self.value = value
    self.headers = headers
  }
}

extension GoldenData {
  /// What a client read of a partition.
  package struct Reading: Sendable {
    /// The first offset, and the one that it read up to.
    package var low: Int64 = 0
    package var high: Int64 = 0
    package var records: [GoldenRecord] = []
  }

  /// What clients read, by partition.
  package static func readings(committedOnly: Bool = false) throws -> [String: Reading] {
    try (committedOnly ? committed : all).get()
  }

  /// Every record that clients read, by partition.
  package static func records(committedOnly: Bool = false) throws -> [String: [GoldenRecord]] {
    try readings(committedOnly: committedOnly).mapValues(\.records)
  }

  // Read once for all tests.
  private static let all = Result { try readings(in: "read_uncommitted.jsonl.gz") }
  private static let committed = Result { try readings(in: "read_committed.jsonl.gz") }

  private static func readings(in name: String) throws -> [String: Reading] {
    var readings: [String: Reading] = [:]
    for line in try text(name).split(separator: "\n") {
      let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      if let record = decoded.record {
        readings[decoded.partition, default: Reading()].records.append(record)
      } else if let low = decoded.low, let high = decoded.high {
        readings[decoded.partition, default: Reading()].low = low
        readings[decoded.partition, default: Reading()].high = high
      }
    }
    return readings
  }

  /// A line of the files: a record, or the head of a partition.
  private struct Line: Decodable {
    var partition: String
    var low: Int64?
    var high: Int64?
    var offset: Int64?
    var timestampType: Int?
    var timestamp: Int64?
    var key: String?
    var value: String?
    var headers: [[String?]]?

    var record: GoldenRecord? {
      guard let offset, let timestamp, let timestampType else { return nil }
      return GoldenRecord(
        offset: offset, timestamp: timestamp, timestampType: timestampType,
        key: key.map { Array($0.utf8) }, value: value.map { Array($0.utf8) },
        headers: (headers ?? []).map {
          GoldenRecord.Header(key: $0[0] ?? "", value: $0[1].map(GoldenData.bytes(hexadecimal:)))
        })
    }
  }
}
