import Foundation
import Testing
import VarveTestSupport

/// The pictures and tables of the FileFormat article, read as a decoder, say of Kafka's files what
/// Kafka's own dump tool says of them. No code of ours takes part but the article.
@Suite struct FileFormatDocumentTests {
  private let document: FormatDocument

  init() throws { document = try FormatDocument() }

  @Test func `the table of the batch header has no gap`() throws {
    let fields = try document.table(under: "## A record batch")
    var position = 0
    for field in fields {
      #expect(field.position == position, "\(field.name)")
      position += field.byteCount
    }
    #expect(position == 61)
  }

  @Test(arguments: [
    "codecs-0/00000000000000000000", "codecs-0/00000000000000000200", "txn-0/00000000000000000000",
    "txn-0/00000000000000000016", "compact-0/00000000000000000000",
    "appendtime-0/00000000000000000000",
  ])
  func `the table of the batch header reads what Kafka reads`(segment: String) throws {
    let fields = try document.table(under: "## A record batch")
    let bytes = try GoldenData.bytes("data/\(segment).log")
    var position = 0
    for line in try dump(segment, "log") where line.hasPrefix("baseOffset:") {
      let batch = try fields.decode(bytes, at: position)
      let base = try #require(batch["base offset"])
      let size = try #require(batch["batch length"]) + 12
      let said = Self.values(of: line)
      #expect(said["baseOffset"] == base)
      #expect(said["lastOffset"] == base + (batch["last offset delta"] ?? -1))
      #expect(said["count"] == batch["record count"])
      #expect(said["baseSequence"] == batch["base sequence"])
      #expect(said["producerId"] == batch["producer id"])
      #expect(said["producerEpoch"] == batch["producer epoch"])
      #expect(said["partitionLeaderEpoch"] == batch["partition leader epoch"])
      #expect(said["magic"] == batch["magic"])
      #expect(said["crc"] == batch["checksum"].map { $0 & 0xFFFF_FFFF })
      #expect(said["CreateTime"] ?? said["LogAppendTime"] == batch["max timestamp"])
      #expect(said["position"] == Int64(position))
      #expect(said["size"] == size)
      position += Int(size)
    }
    #expect(position == bytes.count)
  }

  @Test(arguments: ["segments-0/00000000000000000000", "segments-0/00000000000000018211"])
  func `the picture of the offset index reads what Kafka reads`(segment: String) throws {
    let entries = try decode(segment, "index", as: "### Offset index", header: 0)
    let base = try #require(Int64(segment.suffix(20)))
    let lines = try dump(segment, "index")
    #expect(entries.count == lines.count)
    for (entry, line) in zip(entries, lines) {
      let said = Self.values(of: line)
      #expect(said["offset"] == entry["offset − base offset"].map { $0 + base })
      #expect(said["position"] == entry["position in the .log"])
    }
  }

  @Test(arguments: ["segments-0/00000000000000009136", "txn-0/00000000000000000016"])
  func `the picture of the time index reads what Kafka reads`(segment: String) throws {
    let entries = try decode(segment, "timeindex", as: "### Time index", header: 0)
    let base = try #require(Int64(segment.suffix(20)))
    let lines = try dump(segment, "timeindex")
    #expect(entries.count == lines.count)
    for (entry, line) in zip(entries, lines) {
      let said = Self.values(of: line)
      #expect(said["timestamp"] == entry["greatest timestamp so far"])
      #expect(said["offset"] == entry["offset − base offset"].map { $0 + base })
    }
  }

  @Test func `the picture of the transaction index reads what Kafka reads`() throws {
    let segment = "txn-0/00000000000000000016"
    let entries = try decode(segment, "txnindex", as: "### Transaction index", header: 0)
    let lines = try dump(segment, "txnindex")
    #expect(entries.count == lines.count)
    for (entry, line) in zip(entries, lines) {
      let said = Self.values(of: line)
      #expect(said["version"] == entry["version"])
      #expect(said["producerId"] == entry["producer id"])
      #expect(said["firstOffset"] == entry["first offset"])
      #expect(said["lastOffset"] == entry["last offset"])
      #expect(said["lastStableOffset"] == entry["last stable offset"])
    }
  }

  @Test(arguments: ["txn-0/00000000000000000016", "segments-0/00000000000000018211"])
  func `the table of the producer snapshot reads what Kafka reads`(name: String) throws {
    let fields = try document.table(under: "## Producer snapshot")
    let bytes = try GoldenData.bytes("data/\(name).snapshot")
    let lines = try dump(name, "snapshot")
    #expect(bytes.count == 10 + 46 * lines.count)
    for (index, line) in lines.enumerated() {
      let entry = try fields.decode(bytes, at: 10 + 46 * index)
      let said = Self.values(of: line)
      #expect(said["producerId"] == entry["producer id"])
      #expect(said["producerEpoch"] == entry["producer epoch"])
      #expect(said["lastSequence"] == entry["last sequence"])
      #expect(said["lastOffset"] == entry["last offset"])
      #expect(said["offsetDelta"] == entry["last offset − first offset of the last batch"])
      #expect(said["timestamp"] == entry["timestamp of the last batch"])
      #expect(
        said["coordinatorEpoch"]
          == entry["coordinator epoch of the last marker, -1 where there was none"])
      #expect(
        said["currentTxnFirstOffset"] ?? -1
          == entry["first offset of the open transaction, -1 where none is open"])
    }
  }

  private func decode(
    _ segment: String, _ kind: String, as heading: String, header: Int
  ) throws -> [[String: Int64]] {
    let fields = try document.picture(under: heading)
    let size = fields.reduce(0) { $0 + $1.byteCount }
    let bytes = try GoldenData.bytes("data/\(segment).\(kind)")
    try #require(bytes.count % size == 0)
    return try stride(from: 0, to: bytes.count, by: size).map { try fields.decode(bytes, at: $0) }
  }

  /// The lines that Kafka's tool printed of a file, after the one that names it.
  private func dump(_ segment: String, _ kind: String) throws -> [Substring] {
    let name = segment.replacing("/", with: "-")
    return try GoldenData.text("dump/\(name).\(kind).txt").split(separator: "\n").dropFirst().map {
      $0
    }
  }

  /// The numbers in `name: number` and `name: OptionalLong[number]`.
  private static func values(of line: Substring) -> [String: Int64] {
    var values: [String: Int64] = [:]
    for match in line.matches(of: /(\w+): (?:OptionalLong\[)?(-?\d+)/) {
      values[String(match.output.1)] = Int64(match.output.2)
    }
    return values
  }
}

/// The FileFormat article, as far as it is a description that can be executed.
private struct FormatDocument {
  struct Field {
    let name: String
    let position: Int
    let byteCount: Int
  }

  private let lines: [Substring]

  init() throws {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let article = root.appending(path: "Sources/VarveLog/VarveLog.docc/FileFormat.md")
    lines = try String(contentsOf: article, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The rows `| position | bytes | name |` under a heading.
  func table(under heading: String) throws -> [Field] {
    let fields = try section(heading).compactMap { line -> Field? in
      guard let match = line.wholeMatch(of: /\| (\d+) \| (\d+) \| ([^|]+?) \|.*/),
        let position = Int(match.output.1), let byteCount = Int(match.output.2)
      else { return nil }
      return Field(name: String(match.output.3), position: position, byteCount: byteCount)
    }
    try #require(!fields.isEmpty)
    return fields
  }

  /// The boxes `│ name  bytes │` of the first picture under a heading.
  func picture(under heading: String) throws -> [Field] {
    let row = try #require(try section(heading).first { $0.hasPrefix("│") })
    var position = 0
    let fields = row.matches(of: /│ ([^│]+?) +(\d+) +(?=│)/).map { match in
      let byteCount = Int(match.output.2) ?? 0
      defer { position += byteCount }
      return Field(name: String(match.output.1), position: position, byteCount: byteCount)
    }
    try #require(!fields.isEmpty)
    return fields
  }

  /// The lines from a heading to the next of any level.
  private func section(_ heading: String) throws -> ArraySlice<Substring> {
    let start = try #require(lines.firstIndex { $0.hasPrefix(heading) }, "no heading \(heading)")
    return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
  }
}

extension [FormatDocument.Field] {
  /// The signed big-endian integers of the fields, by name.
  fileprivate func decode(_ bytes: [UInt8], at start: Int) throws -> [String: Int64] {
    var values: [String: Int64] = [:]
    for field in self {
      let range = start + field.position..<start + field.position + field.byteCount
      try #require(range.upperBound <= bytes.count)
      let bits = bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let unused = 64 - 8 * field.byteCount
      values[field.name] = Int64(bitPattern: bits << UInt64(unused)) >> Int64(unused)
    }
    return values
  }
}
