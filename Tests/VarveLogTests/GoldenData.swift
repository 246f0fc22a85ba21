import Foundation

/// The data directory that Apache Kafka 4.0 wrote, and what Kafka and its clients read from it:
/// see Golden/README.md.
enum GoldenData {
  /// The folder with `data`, `dump` and the files of records. Read only.
  static let folder = Bundle.module.bundleURL.appending(path: "Golden")

  /// The bytes of a file below the folder: `data/codecs-0/00000000000000000000.log`.
  static func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: folder.appending(path: path)))
  }

  /// The text of a file below the folder; one whose name ends in `.gz` is unpacked.
  static func text(_ path: String) throws -> String {
    guard path.hasSuffix(".gz") else { return String(decoding: try bytes(path), as: UTF8.self) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", folder.appending(path: path).path()]
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
    return String(decoding: data, as: UTF8.self)
  }

  /// The files below `data` whose names end so, sorted: `codecs-0/00000000000000000000.log`.
  static func dataFiles(_ suffix: String) throws -> [String] {
    let data = folder.appending(path: "data")
    return try FileManager.default.subpathsOfDirectory(atPath: data.path())
      .filter { $0.hasSuffix(suffix) }.sorted()
  }

  /// The partitions' directories, those that Kafka was about to delete left out.
  static func partitions() throws -> [String] {
    let files = try dataFiles(".log").filter { !$0.contains("-delete/") }
    return Set(files.map { String($0.prefix { $0 != "/" }) }).sorted()
  }

  /// A copy of the data directory, complete, that a test may change; it removes it when done.
  static func temporaryCopy() throws -> URL {
    let copy = FileManager.default.temporaryDirectory
      .appending(path: "varve-golden-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: folder.appending(path: "data"), to: copy)
    // Kafka preallocates the indexes of a new segment; as zeros they are left out of the fixture.
    let zeroFiles = [
      ("00000000000000000000.index", 10_485_760), ("00000000000000000000.timeindex", 10_485_756),
    ]
    for directory in try FileManager.default.contentsOfDirectory(atPath: copy.path())
    where directory.hasPrefix("tool-a-") && directory.hasSuffix("-delete") {
      for (name, byteCount) in zeroFiles {
        let file = copy.appending(path: directory).appending(path: name)
        guard FileManager.default.createFile(atPath: file.path(), contents: nil) else {
          throw CocoaError(.fileWriteUnknown)
        }
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(byteCount))
        try handle.close()
      }
    }
    return copy
  }
}

/// A record as a client read it from Kafka.
struct GoldenRecord: Equatable {
  var offset: Int64
  var timestamp: Int64
  /// 1 for the producer's time, 2 for the log's.
  var timestampType: Int
  var key: [UInt8]?
  var value: [UInt8]?
  var headers: [Header] = []

  struct Header: Equatable {
    var key: String
    var value: [UInt8]?
  }
}

extension GoldenData {
  /// Every record that clients read, by partition.
  static func records(committedOnly: Bool = false) throws -> [String: [GoldenRecord]] {
    try (committedOnly ? committedRecords : allRecords).get()
  }

  // Read once for all tests.
  private static let allRecords = Result { try records(of: "read_uncommitted.jsonl.gz") }
  private static let committedRecords = Result { try records(of: "read_committed.jsonl.gz") }

  private static func records(of name: String) throws -> [String: [GoldenRecord]] {
    var records: [String: [GoldenRecord]] = [:]
    for line in try text(name).split(separator: "\n") {
      let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      guard let record = decoded.record else { continue }
      records[decoded.partition, default: []].append(record)
    }
    return records
  }

  /// A line of the files: a record, or the head of a partition.
  private struct Line: Decodable {
    var partition: String
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
          GoldenRecord.Header(key: $0[0] ?? "", value: $0[1].map(Self.bytes(hexadecimal:)))
        })
    }

    private static func bytes(hexadecimal text: String) -> [UInt8] {
      let digits = Array(text)
      return stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)
      }
    }
  }
}
