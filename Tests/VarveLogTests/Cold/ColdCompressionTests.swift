import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Cold compression changes how records are stored, and nothing that a reader can see.
@Suite struct ColdCompressionTests {
  static func settings(
    _ change: (inout LogConfiguration) -> Void = { _ in }
  ) -> LogConfiguration {
    var configuration = LogConfiguration()
    configuration.segmentBytes = 16 << 10
    configuration.indexIntervalBytes = 512
    configuration.isColdCompressed = true
    configuration.coldCompressionAfterMilliseconds = 1000
    configuration.coldBatchBytes = 4 << 10
    change(&configuration)
    return configuration
  }

  /// A log of JSON-like records from plain, idempotent and transactional producers, some of it
  /// compressed already.
  static func fill(
    _ subject: CompactedLog, batches: Int, using generator: inout SeededGenerator
  ) throws {
    var sequences: [Int64: Int32] = [:]
    for _ in 0..<batches {
      let producer = Int64.random(in: -1...2, using: &generator)
      let isTransactional = producer == 2
      let codec: CompressionCodec = Int.random(in: 0..<10, using: &generator) == 0 ? .gzip : .none
      // Runs of one producer, as they are in life: what can be joined.
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        var builder = RecordBatchBuilder(
          codec: codec, producerID: producer, producerEpoch: producer < 0 ? -1 : 3,
          baseSequence: producer < 0 ? -1 : sequences[producer, default: 0],
          isTransactional: isTransactional)
        let count = Int.random(in: 1...8, using: &generator)
        for _ in 0..<count { try append(to: &builder, subject.time.now, using: &generator) }
        if producer >= 0 { sequences[producer, default: 0] += Int32(count) }
        try subject.append(builder)
      }
      guard isTransactional, Bool.random(using: &generator) else { continue }
      var marker = RecordBatchBuilder(
        producerID: producer, producerEpoch: 3, isTransactional: true, isControl: true)
      try marker.appendMarker(
        commits: Bool.random(using: &generator), coordinatorEpoch: 0, timestamp: subject.time.now)
      try subject.append(marker)
    }
  }

  private static func append(
    to builder: inout RecordBatchBuilder, _ now: Timestamp,
    using generator: inout SeededGenerator
  ) throws {
    let id = Int.random(in: 0..<1000, using: &generator)
    let text = """
      {"user":"user-\(id % 50)","event":"page_view","path":"/products/\(id)","status":200,\
      "ip":"10.0.\(id % 7).\(id % 250)","agent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"}
      """
    try builder.append(
      timestamp: Timestamp(now.rawValue + Int64(id % 20)),
      key: id % 9 == 0 ? nil : ByteSlice("user-\(id % 50)".utf8), value: ByteSlice(text.utf8),
      headers: id % 4 == 0 ? [RecordHeader(key: "trace", value: ByteSlice([1, 2]))] : [])
  }

  @Test(
    "G13: records, sequence numbers, markers and transactions stay, in fewer bytes",
    arguments: TestShare.seeds(8, long: 200))
  func sameRecords(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let subject = try CompactedLog(Self.settings())
    try Self.fill(subject, batches: 80, using: &generator)
    subject.time.advance(byMilliseconds: 2000)
    let cold = ColdCompressor(subject.log)
    let before = subject.log.segments.dropLast().reduce(0) { $0 + $1.end }
    let aborted = try subject.log.segments.flatMap { try $0.transactionIndex().transactions }
    while try cold.step() {}
    let after = subject.log.segments.dropLast().reduce(0) { $0 + $1.end }
    #expect(after * 2 < before, "\(TestShare.again(seed))")
    for (cleanly, isRescanned) in [(true, false), (false, false), (false, true), (true, false)] {
      #expect(
        try LogContents.records(subject.log) == subject.model.records, "\(TestShare.again(seed))")
      #expect(
        try subject.log.segments.flatMap { try $0.transactionIndex().transactions } == aborted)
      try checkLookups(subject, seed)
      try subject.reopen(cleanly: cleanly, isRescanned: isRescanned)
    }
  }

  /// Each offset is found in the first batch that a read returns, and that batch is of a readable
  /// size.
  private func checkLookups(_ subject: CompactedLog, _ seed: UInt64) throws {
    for record in subject.model.records.filter({ $0.offset.rawValue % 5 == 0 }) {
      let bytes = try subject.log.read(from: record.offset, maxBytes: 1).bytes
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      let batch = bytes.slice(0..<header.sizeInBytes)
      let records = try LogContents.records(of: batch, header)
      #expect(records.contains(record), "\(TestShare.again(seed))")
      var decompressor = RecordBatchDecompressor()
      let payload = try decompressor.payload(of: batch, header: header, limit: 1 << 20)
      #expect(payload.count <= 4 << 10, "\(TestShare.again(seed))")
    }
    for record in subject.model.records.filter({ $0.offset.rawValue % 37 == 0 }) {
      let found = try subject.log.firstRecord(stampedAtOrAfter: record.timestamp)
      let expected = subject.model.records.first { $0.timestamp >= record.timestamp }
      #expect(found?.offset == expected?.offset, "\(TestShare.again(seed))")
    }
  }

  @Test("G13: JSON-like segments shrink at least four times")
  func shrinks() throws {
    var generator = SeededGenerator(seed: 1)
    let subject = try CompactedLog(
      Self.settings {
        $0.segmentBytes = 1 << 20
        $0.coldBatchBytes = 256 << 10
      })
    while subject.log.segments.count < 3 {
      var builder = RecordBatchBuilder()
      for _ in 0..<100 {
        try Self.append(to: &builder, subject.time.now, using: &generator)
      }
      try subject.append(builder)
    }
    subject.time.advance(byMilliseconds: 2000)
    let before = subject.log.segments.dropLast().map(\.end)
    let cold = ColdCompressor(subject.log)
    while try cold.step() {}
    let after = subject.log.segments.dropLast().map(\.end)
    for (large, small) in zip(before, after) { #expect(small * 4 <= large) }
    #expect(try LogContents.records(subject.log) == subject.model.records)
  }

  @Test func `segments that are young, not worth it or done are left alone`() throws {
    var generator = SeededGenerator(seed: 2)
    let subject = try CompactedLog(Self.settings())
    try Self.fill(subject, batches: 40, using: &generator)
    let cold = ColdCompressor(subject.log)
    #expect(try !cold.step())
    subject.time.advance(byMilliseconds: 2000)
    while try cold.step() {}
    let sizes = subject.log.segments.map(\.end)

    // After a restart nothing is known of what was done; a look at each segment says enough.
    try subject.reopen(cleanly: true)
    let renames = subject.disk.count(.rename)
    let again = ColdCompressor(subject.log)
    while try again.step() {}
    #expect(subject.disk.count(.rename) == renames)
    #expect(subject.log.segments.map(\.end) == sizes)

    for _ in 0..<40 {
      var builder = RecordBatchBuilder()
      let noise = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &generator) }
      try builder.append(
        timestamp: subject.time.now, key: nil as ByteSlice?, value: ByteSlice(noise))
      try subject.append(builder)
    }
    let noisy = subject.log.segments.dropLast().last?.end
    subject.time.advance(byMilliseconds: 2000)
    while try again.step() {}
    #expect(subject.log.segments.dropLast().last?.end == noisy)
    #expect(try LogContents.records(subject.log) == subject.model.records)
  }

  @Test("G13: a batch sent again is recognised after a recovery from rewritten segments")
  func repetitions() throws {
    let subject = try CompactedLog(Self.settings())
    var sent: [ByteSlice] = []
    for index in 0..<200 {
      var builder = RecordBatchBuilder(
        producerID: 5, producerEpoch: 0, baseSequence: Int32(index * 2))
      for part in 0..<2 {
        try builder.append(
          timestamp: subject.time.now, key: ByteSlice("\(index)".utf8),
          value: ByteSlice([UInt8](repeating: UInt8(part), count: 100)))
      }
      try builder.finish()
      sent.append(builder.makeSlice())
      try subject.append(builder)
    }
    // Another producer's records, so that the first one's last lie in a closed segment.
    for _ in 0..<60 {
      var builder = RecordBatchBuilder()
      try builder.append(
        timestamp: subject.time.now, key: nil as ByteSlice?,
        value: ByteSlice([UInt8](repeating: 9, count: 500)))
      try subject.append(builder)
    }
    subject.time.advance(byMilliseconds: 2000)
    let cold = ColdCompressor(subject.log)
    while try cold.step() {}
    let batches = try LogContents.batches(subject.log).filter { $0.header.producerID == 5 }
    #expect(batches.count < 60)
    for name in try subject.disk.contents(ofDirectory: subject.directory)
    where name.hasSuffix(".snapshot") {
      try subject.disk.remove(subject.directory + "/" + name)
    }
    let log = try LogContents.open(
      subject.directory, on: subject.disk, time: subject.time,
      configuration: subject.configuration)
    for batch in sent.suffix(5) {
      let result = try log.append(batch.bytes)
      #expect(result.isDuplicate)
    }
    let first = sent[0]
    let error = #expect(throws: LogError.self) { _ = try log.append(first.bytes) }
    #expect(error?.code == .outOfOrderSequence)
  }

  @Test("G13: a crash at any operation of cold compression loses nothing")
  func crashes() throws {
    var generator = SeededGenerator(seed: 6)
    let subject = try CompactedLog(Self.settings { $0.segmentBytes = 8 << 10 })
    try Self.fill(subject, batches: 10, using: &generator)
    #expect(subject.log.segments.count > 2)
    try subject.log.close()
    subject.time.advance(byMilliseconds: 2000)
    let expected = subject.model.records
    let end = subject.log.endOffset
    try CrashPoints.each(of: subject.disk) { disk in
      let cold = ColdCompressor(try open(subject, on: disk, end))
      while try cold.step() {}
    } check: { disk, point in
      let log = try open(subject, on: disk, end)
      #expect(try LogContents.records(log) == expected, "\(point)")
      #expect(log.endOffset == end, "\(point)")
    }
  }

  private func open(
    _ subject: CompactedLog, on disk: SimulatedFileSystem, _ end: Offset
  ) throws -> PartitionLog {
    try LogContents.open(
      subject.directory, on: disk, time: subject.time, configuration: subject.configuration,
      recoveryPoint: end)
  }

  @Test func `a compacted log is compressed, and compacted again`() throws {
    var generator = SeededGenerator(seed: 8)
    let subject = try CompactedLog(
      Self.settings {
        $0.cleanupPolicy = .compact
        $0.minCleanableDirtyRatio = 0
        $0.deleteRetentionMilliseconds = 100_000
      })
    let cold = ColdCompressor(subject.log)
    for _ in 0..<5 {
      for _ in 0..<100 { try subject.appendRandom(keys: 500, using: &generator) }
      subject.time.advance(byMilliseconds: 2000)
      try subject.compact()
      while try cold.step() {}
      #expect(try LogContents.records(subject.log) == subject.model.records)
    }
  }
}
