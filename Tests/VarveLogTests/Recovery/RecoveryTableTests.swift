import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: whatever a partition's files hold when it is opened, the answer is a log that is whole or
/// a typed error that names the file, and nothing is changed or lost. Method: a table of damages
/// to a log that was closed in order.
@Suite struct RecoveryTableTests {
  enum Outcome {
    /// The log opens, and gives all that was appended.
    case whole
    /// Opening throws this, and every byte that is not an index's stays.
    case refused(LogError.Code)
    /// The log opens; reading it from front to back throws this.
    case unreadable(LogError.Code)
  }

  struct Row: CustomTestStringConvertible {
    let name: String
    let outcome: Outcome
    let damage: @Sendable (DamagedDirectory) throws -> Void

    init(
      _ name: String, _ outcome: Outcome,
      _ damage: @escaping @Sendable (DamagedDirectory) throws -> Void
    ) {
      (self.name, self.outcome, self.damage) = (name, outcome, damage)
    }

    var testDescription: String { name }
  }

  static let garbage = [UInt8]("this is no file of Kafka's, but it is long enough for one!".utf8)

  static let logs: [Row] = [
    Row("last log cut by a byte", .refused(.corrupt)) { try $0.cut($0.last(".log"), by: 1) },
    Row("last log cut to nothing", .refused(.corrupt)) { try $0.cut($0.last(".log"), to: 0) },
    Row("a middle log cut by a byte", .refused(.corrupt)) { try $0.cut($0.middle(".log"), by: 1) },
    Row("a middle log cut to nothing", .refused(.corrupt)) {
      try $0.cut($0.middle(".log"), to: 0)
    },
    Row("last log zeroed at its start", .refused(.corrupt)) {
      try $0.write([UInt8](repeating: 0, count: 61), to: $0.last(".log"))
    },
    Row("a middle log zeroed at its start", .refused(.corrupt)) {
      try $0.write([UInt8](repeating: 0, count: 61), to: $0.middle(".log"))
    },
    Row("a middle log zeroed in its middle", .unreadable(.corrupt)) {
      try $0.write([UInt8](repeating: 0, count: 300), to: $0.middle(".log"), at: 400)
    },
    Row("last log is another program's file", .refused(.corrupt)) {
      try $0.replace($0.last(".log"), with: garbage)
    },
    Row("a middle log is another program's file", .refused(.corrupt)) {
      try $0.replace($0.middle(".log"), with: garbage)
    },
    Row("a batch of a newer format ends the log", .refused(.corrupt)) {
      try $0.appendBatch { header in header.magic = 3 }
    },
    Row("a batch longer than the file ends the log", .refused(.corrupt)) {
      try $0.appendBatch { header in header.batchLength = 1 << 20 }
    },
    Row("a batch longer than a file can be ends the log", .refused(.corrupt)) {
      try $0.appendBatch { header in header.batchLength = Int32.max }
    },
    Row("a batch with an offset of long ago ends the log", .refused(.corrupt)) {
      try $0.appendBatch { header in header.baseOffset = 3 }
    },
    Row("a batch with an impossible offset ends the log", .refused(.corrupt)) {
      try $0.appendBatch { header in header.baseOffset = Offset(Int64.max - 1) }
    },
    Row("the last segment is missing", .refused(.corrupt)) { try $0.remove($0.last(".log")) },
    Row("a middle segment is missing", .refused(.corrupt)) { try $0.remove($0.middle(".log")) },
    Row("all segments are missing", .refused(.corrupt)) { directory in
      for name in try directory.names where name.hasSuffix(".log") { try directory.remove(name) }
    },
    Row("a directory in the place of a log", .refused(.io)) {
      let name = try $0.last(".log")
      try $0.remove(name)
      try $0.files.createDirectory("\(DamagedDirectory.path)/\(name)")
    },
  ]

  static let indexes: [Row] = ["index", "timeindex"].flatMap { kind -> [Row] in
    [
      Row("\(kind) missing", .whole) { try $0.remove($0.middle(".\(kind)")) },
      Row("all \(kind) missing", .whole) { directory in
        for name in try directory.names where name.hasSuffix(".\(kind)") {
          try directory.remove(name)
        }
      },
      Row("\(kind) empty", .whole) { try $0.cut($0.last(".\(kind)"), to: 0) },
      Row("\(kind) cut within an entry", .whole) { try $0.cut($0.middle(".\(kind)"), by: 3) },
      Row("\(kind) zeroed", .whole) {
        let name = try $0.middle(".\(kind)")
        try $0.replace(name, with: [UInt8](repeating: 0, count: try $0.bytes(name).count))
      },
      Row("\(kind) is another program's file", .whole) {
        try $0.replace($0.middle(".\(kind)"), with: Array(garbage.prefix(48)))
      },
      Row("\(kind) is another segment's", .whole) {
        let names = try $0.all(".\(kind)")
        try $0.replace(names[1], with: $0.bytes(names[0]) + $0.bytes(names[0]))
      },
    ]
  }

  static let others: [Row] = [
    Row("an index whose entry is after its batch", .unreadable(.corrupt)) {
      let name = try $0.middle(".index")
      // Position of the first entry: moved to the second's.
      try $0.write(Array(try $0.bytes(name)[12..<16]), to: name, at: 4)
    },
    Row("leader epochs cut", .refused(.corrupt)) {
      try $0.cut(LeaderEpochCheckpoint.fileName, by: 3)
    },
    Row("leader epochs empty", .refused(.corrupt)) {
      try $0.cut(LeaderEpochCheckpoint.fileName, to: 0)
    },
    Row("leader epochs of a newer version", .refused(.unsupportedVersion)) {
      try $0.replace(LeaderEpochCheckpoint.fileName, with: Array("1\n0\n".utf8))
    },
    Row("leader epochs are no text", .refused(.corrupt)) {
      try $0.replace(LeaderEpochCheckpoint.fileName, with: [0xFF, 0xFE, 0])
    },
    Row("the last snapshot is garbage", .whole) {
      try $0.replace($0.last(".snapshot"), with: [0, 1] + garbage)
    },
    Row("all snapshots missing", .whole) { directory in
      for name in try directory.names where name.hasSuffix(".snapshot") {
        try directory.remove(name)
      }
    },
    Row("the last snapshot is of a newer version", .refused(.unsupportedVersion)) {
      try $0.replace($0.last(".snapshot"), with: [0, 9] + garbage)
    },
    Row("files of other programs beside the log's", .whole) {
      try $0.write(garbage, to: "README")
      try $0.write(garbage, to: "0.log")
      try $0.write(garbage, to: "00000000000000000003.log.bak")
    },
  ]

  @Test("a damaged directory opens whole or not at all", arguments: logs + indexes + others)
  func opens(row: Row) throws {
    let directory = try DamagedDirectory(seed: 3)
    let expected = try directory.answers()
    try row.damage(directory)
    let before = try directory.contents()
    switch row.outcome {
    case .whole: #expect(try directory.answers() == expected)
    case .unreadable(let code):
      #expect(throws: LogError.self) {
        do { _ = try directory.answers() } catch let error as LogError {
          #expect(error.code == code)
          #expect(error.file != nil)
          throw error
        }
      }
    case .refused(let code):
      #expect(throws: LogError.self) {
        do throws(LogError) { _ = try directory.load() } catch {
          #expect(error.code == code, "\(error)")
          #expect(error.file != nil, "\(error)")
          throw error
        }
      }
      #expect(try directory.contents() == before)
    }
  }
}

extension DamagedDirectory {
  func all(_ suffix: String) throws -> [String] { try names.filter { $0.hasSuffix(suffix) } }

  func last(_ suffix: String) throws -> String { try #require(try all(suffix).last) }

  func middle(_ suffix: String) throws -> String { try all(suffix)[1] }

  func remove(_ name: String) throws { try files.remove("\(Self.path)/\(name)") }

  func cut(_ name: String, to size: Int) throws {
    try files.open("\(Self.path)/\(name)", .readWrite).resize(to: size)
  }

  func cut(_ name: String, by count: Int) throws {
    try cut(name, to: try bytes(name).count - count)
  }

  func replace(_ name: String, with bytes: [UInt8]) throws {
    try cut(name, to: 0)
    try write(bytes, to: name)
  }

  /// Puts a copy of the last log's first batch behind its end, its header changed.
  func appendBatch(_ change: (inout RecordBatchHeader) -> Void) throws {
    let name = try last(".log")
    let bytes = try bytes(name)
    var header = try #require(bytes.withRawSpan { RecordBatchHeader($0) })
    var batch = Array(bytes[0..<header.sizeInBytes])
    header.baseOffset = Self.end
    change(&header)
    var head = batch.mutableSpan
    var raw = head.mutableBytes
    header.write(to: &raw)
    try write(batch, to: name, at: bytes.count)
  }

  /// What every file holds but the indexes, which are made from the others.
  func contents() throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in try names where !name.hasSuffix("index") {
      if try files.kind(of: "\(Self.path)/\(name)") == .file { found[name] = try bytes(name) }
    }
    return found
  }

  static let end: Offset = 108

  func load() throws(LogError) -> PartitionLog {
    let topic: TopicName
    do { topic = try TopicName("topic") } catch { preconditionFailure("a good name") }
    var loader = LogLoader(
      TopicPartition(topic: topic, partition: 0), directory: Self.path, on: files,
      time: SystemTime())
    loader.configuration = PartitionLogTests.small()
    loader.isCleanlyClosed = true
    loader.recoveryPoint = Self.end
    return try loader.load().log
  }

  /// All that readers can ask of the log.
  func answers() throws -> [String] {
    let log = try load()
    var found = ["\(log.startOffset) \(log.endOffset) \(log.lastStableOffset)"]
    for offset in 0..<log.endOffset.rawValue {
      let slice = try log.read(from: Offset(offset), maxBytes: 1, isolation: .readCommitted)
      let base = RecordBatchHeader(slice.bytes.bytes)?.baseOffset
      found.append("\(offset): \(base?.description ?? "none") \(slice.aborted)")
    }
    for time in Int64(985)...1070 {
      let record = try log.firstRecord(stampedAtOrAfter: Timestamp(time))
      found.append("time \(time): \(record?.offset.description ?? "none")")
    }
    return found
  }
}
