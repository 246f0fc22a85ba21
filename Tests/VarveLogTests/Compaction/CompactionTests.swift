import Foundation
import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Compaction against a model that looks at every record ever appended.
@Suite struct CompactionTests {
  @Test(
    "G06: the last value of each key stays at its offset, tombstones until their time has come",
    arguments: TestShare.seeds(12, long: 300))
  func matchesModel(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // The small map takes several passes, each over what fits.
    let subject = try CompactedLog(mapBytesMax: seed % 3 == 0 ? 600 : 1 << 20)
    let codecs: [CompressionCodec] = [.none, .none, .gzip]
    for _ in 0..<12 {
      for _ in 0..<Int.random(in: 0...40, using: &generator) {
        let codec = codecs.randomElement(using: &generator) ?? .none
        try subject.appendRandom(codec: codec, using: &generator)
      }
      subject.time.advance(byMilliseconds: Int64.random(in: 0...700, using: &generator))
      try subject.compact()
      #expect(
        try LogContents.records(subject.log) == subject.model.records, "\(TestShare.again(seed))")
      #expect(subject.compactor.cleanedUpTo == subject.log.segments.last?.baseOffset)
      try checkLookups(subject, seed)
      if Bool.random(using: &generator) {
        try subject.reopen(
          cleanly: Bool.random(using: &generator), isRescanned: Bool.random(using: &generator))
        #expect(
          try LogContents.records(subject.log) == subject.model.records, "\(TestShare.again(seed))")
      }
    }
  }

  /// Indexes of rewritten segments lead to what a scan finds.
  private func checkLookups(_ subject: CompactedLog, _ seed: UInt64) throws {
    let records = subject.model.records
    for offset in stride(from: Int64(0), to: subject.log.endOffset.rawValue, by: 7) {
      let found = try LogContents.records(subject.log, from: Offset(offset)).first
      #expect(found == records.first { $0.offset.rawValue >= offset }, "\(TestShare.again(seed))")
    }
    for record in records.prefix(20) {
      let found = try subject.log.firstRecord(stampedAtOrAfter: record.timestamp)
      let expected = records.first { $0.timestamp >= record.timestamp }
      #expect(found?.offset == expected?.offset, "\(TestShare.again(seed))")
    }
  }

  @Test("G06: a batch of which every record stays is not changed by a bit")
  func unchangedBatches() throws {
    var generator = SeededGenerator(seed: 5)
    let subject = try CompactedLog()
    for _ in 0..<150 { try subject.appendRandom(keys: 300, using: &generator) }
    let before = try LogContents.batches(subject.log)
    let original = Set(subject.model.records.map(\.offset))
    try subject.compact()
    let after = Dictionary(
      uniqueKeysWithValues: try LogContents.batches(subject.log).map {
        ($0.header.baseOffset, $0)
      })
    let kept = Set(subject.model.records.map(\.offset))
    var unchanged = 0
    for (header, bytes) in before {
      let offsets = original.filter { $0 >= header.baseOffset && $0 <= header.lastOffset }
      let hasTombstone = try LogContents.records(of: bytes, header).contains { $0.value == nil }
      guard offsets.isSubset(of: kept), !hasTombstone || header.lastOffset >= lastClosed(subject)
      else { continue }
      #expect(after[header.baseOffset]?.bytes == bytes)
      unchanged += 1
    }
    #expect(unchanged > 10)
  }

  private func lastClosed(_ subject: CompactedLog) -> Offset {
    subject.log.segments.last?.baseOffset ?? 0
  }

  @Test func `small segments become fewer, none larger than segment.bytes`() throws {
    var generator = SeededGenerator(seed: 9)
    let subject = try CompactedLog()
    for _ in 0..<400 { try subject.appendRandom(using: &generator) }
    let before = subject.log.segments.count
    for _ in 0..<6 {
      try subject.compact()
      for _ in 0..<30 { try subject.appendRandom(using: &generator) }
    }
    #expect(subject.log.segments.count < before / 2)
    #expect(subject.log.segments.allSatisfy { $0.end <= subject.configuration.segmentBytes })
    for (segment, next) in zip(subject.log.segments, subject.log.segments.dropFirst()) {
      #expect(segment.nextOffset == next.baseOffset)
      try segment.offsetIndex().verify()
      try segment.timeIndex().verify()
    }
  }

  @Test("G06: what Kafka has compacted already stays as it is, to the bit")
  func golden() throws {
    let copy = try GoldenData.temporaryCopy()
    let directory = copy.path + "/data/compact-0"
    var configuration = LogConfiguration()
    configuration.cleanupPolicy = .compact
    // Before the delete horizons that Kafka set.
    let time = ManualTime(now: Timestamp(1_795_575_000_000))
    let log = try LogContents.open(
      directory, on: LocalFileSystem(), time: time, configuration: configuration,
      recoveryPoint: 12_001, cleanly: true)
    let before = try LogContents.batches(log).map(\.bytes)
    let compactor = Compactor(log)
    while try compactor.step() {}
    #expect(compactor.cleanedUpTo == 12_000)
    #expect(try LogContents.batches(log).map(\.bytes) == before)

    // And once they have passed, only tombstones go.
    let records = try LogContents.records(log)
    time.advance(byMilliseconds: 1_000_000_000)
    let later = Compactor(log)
    while try later.step() {}
    let expected = records.filter { $0.value != nil || $0.offset >= 12_000 }
    #expect(try LogContents.records(log) == expected)
  }

  @Test(
    "G06: a crash at any operation of compaction loses no key's last value",
    arguments: TestShare.seeds(2, long: 20))
  func crashes(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let subject = try CompactedLog(on: SimulatedFileSystem(seed: seed))
    for _ in 0..<70 { try subject.appendRandom(using: &generator) }
    try subject.log.close()
    let original = subject.model.records
    var expected = subject.model
    let cleaned = try #require(subject.log.segments.last?.baseOffset)
    expected.clean(upTo: cleaned, now: subject.time.now, deleteRetention: 1000)
    let end = subject.log.endOffset
    try CrashPoints.each(of: subject.disk) { disk in
      let compactor = Compactor(try open(subject, on: disk, end))
      while try compactor.step() {}
    } check: { disk, point in
      let log = try open(subject, on: disk, end)
      let found = try LogContents.records(log)
      #expect(Set(found).isSubset(of: original), "\(point)")
      #expect(Set(expected.records).isSubset(of: found), "\(point)")
      #expect(log.endOffset == end, "\(point)")
      // A compaction from there on comes to the same.
      let compactor = Compactor(log)
      while try compactor.step() {}
      #expect(try LogContents.records(log) == expected.records, "\(point)")
      let names = try disk.contents(ofDirectory: subject.directory)
      #expect(!names.contains { $0.hasSuffix(".cleaned") || $0.hasSuffix(".swap") }, "\(point)")
    }
  }

  private func open(
    _ subject: CompactedLog, on disk: SimulatedFileSystem, _ end: Offset
  ) throws -> PartitionLog {
    try LogContents.open(
      subject.directory, on: disk, time: subject.time, configuration: subject.configuration,
      recoveryPoint: end)
  }

  @Test func `a failed operation costs the attempt, nothing else`() throws {
    var generator = SeededGenerator(seed: 3)
    for kind in [DiskOperation.Kind.write, .sync, .allocate, .open] {
      let subject = try CompactedLog()
      for _ in 0..<100 { try subject.appendRandom(using: &generator) }
      try subject.log.flush()
      subject.disk.fail { $0.kind == kind && $0.path.contains(".cleaned") ? .noSpace : nil }
      #expect(throws: LogError.self) { while try subject.compactor.step() {} }
      #expect(try LogContents.records(subject.log) == subject.model.records)
      subject.disk.fail(where: nil)
      try subject.appendRandom(using: &generator)
      try subject.compact()
      #expect(try LogContents.records(subject.log) == subject.model.records)
    }
  }

  @Test func `a damaged log is left as it is, and said so once`() throws {
    var generator = SeededGenerator(seed: 4)
    let subject = try CompactedLog()
    for _ in 0..<100 { try subject.appendRandom(using: &generator) }
    try subject.log.flush()
    let file = try subject.disk.open(subject.log.segments[1].files.log, .readWrite)
    try file.write(ByteSlice([0xFF, 0xFF]).bytes, at: 100)
    let error = #expect(throws: LogError.self) { while try subject.compactor.step() {} }
    #expect(error?.code == .corrupt)
    #expect(try !subject.compactor.step())
  }
}
