import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// When a log is compacted, and how far.
@Suite struct CompactionPlanTests {
  private func makeLog(
    _ change: (inout LogConfiguration) -> Void
  ) throws -> CompactedLog {
    try CompactedLog(CompactedLog.settings(change))
  }

  /// One batch of one record, a quarter of a segment.
  private func append(_ count: Int, key: String = "k", to subject: CompactedLog) throws {
    for _ in 0..<count {
      var builder = RecordBatchBuilder()
      try builder.append(
        timestamp: subject.time.now, key: ByteSlice(key.utf8),
        value: ByteSlice([UInt8](repeating: 1, count: 900)))
      try subject.append(builder)
    }
  }

  @Test func `a log is due when its dirty share is over min_cleanable_dirty_ratio`() throws {
    let subject = try makeLog { $0.minCleanableDirtyRatio = 0.5 }
    for index in 100..<140 { try append(1, key: "\(index)", to: subject) }
    try subject.compact()
    let cleaned = subject.compactor.cleanedUpTo
    let clean = subject.log.segments.count - 1
    #expect(clean > 5)
    // As much again is a half, which is not more than a half.
    while subject.log.segments.count - 1 < 2 * clean {
      try append(1, key: "new", to: subject)
      #expect(try !subject.compactor.step())
    }
    try append(4, key: "new", to: subject)
    try subject.compact()
    #expect(subject.compactor.cleanedUpTo > cleaned)
  }

  @Test func `a topic that is not compacted is left alone`() throws {
    let subject = try makeLog { $0.cleanupPolicy = .delete }
    try append(40, to: subject)
    #expect(try !subject.compactor.step())
  }

  @Test func `records younger than min_compaction_lag_ms stay`() throws {
    let subject = try makeLog { $0.minCompactionLagMilliseconds = 1000 }
    try append(20, to: subject)
    try subject.compact()
    #expect(subject.compactor.cleanedUpTo == 0)
    subject.time.advance(byMilliseconds: 1000)
    try append(20, to: subject)
    try subject.compact()
    #expect(subject.compactor.cleanedUpTo > 0)
    #expect(subject.compactor.cleanedUpTo <= 20)
  }

  @Test func `a record older than max_compaction_lag_ms makes its log due`() throws {
    let subject = try makeLog {
      $0.minCleanableDirtyRatio = 1
      $0.maxCompactionLagMilliseconds = 1000
    }
    try append(20, to: subject)
    #expect(try !subject.compactor.step())
    subject.time.advance(byMilliseconds: 1001)
    #expect(try subject.compactor.step())
  }

  @Test func `a checkpoint past the log's end counts for nothing`() throws {
    let subject = try makeLog { _ in }
    try append(20, to: subject)
    let compactor = Compactor(subject.log, cleanedUpTo: 1_000_000)
    while try compactor.step() {}
    #expect(compactor.cleanedUpTo == subject.log.segments.last?.baseOffset)
  }

  @Test func `compaction and retention of one log agree`() throws {
    let subject = try makeLog {
      $0.cleanupPolicy = [.compact, .delete]
      $0.retentionBytes = 8000
      $0.retentionMilliseconds = -1
    }
    for round in 0..<20 {
      for index in 0..<10 { try append(1, key: "\(round)-\(index)", to: subject) }
      _ = try subject.compactor.step()
      let start = try subject.log.applyRetention()
      try subject.log.removeSegments(before: start)
    }
    while try subject.compactor.step() {}
    let start = subject.log.startOffset
    let expected = subject.model.records.filter { $0.offset >= start }
    #expect(try LogContents.records(subject.log) == expected)
    #expect(subject.log.sizeInBytes < 16_000)
  }
}
