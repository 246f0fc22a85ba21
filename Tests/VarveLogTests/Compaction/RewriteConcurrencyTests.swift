import Glibc
import Synchronization
import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// One appender, readers, compaction, cold compression and retention at once, on real files. What
/// it is for shows under ThreadSanitizer.
@Suite struct RewriteConcurrencyTests {
  @Test("G06: readers see each key's last record, in order, while segments change under them")
  func readersBesideRewrites() throws {
    let directory = try TemporaryDirectory()
    var configuration = ColdCompressionTests.settings()
    configuration.cleanupPolicy = .compact
    configuration.minCleanableDirtyRatio = 0.1
    configuration.coldCompressionAfterMilliseconds = 0
    configuration.fileDeleteDelayMilliseconds = 0
    let log = try LogContents.open(
      directory.path + "/topic-0", on: LocalFileSystem(), configuration: configuration)
    let rounds = TestShare.count(1500, long: 20_000)
    let appends = Appends()
    try Threads.run([
      {
        defer { appends.areDone = true }
        for round in 0..<rounds {
          if round == rounds / 2 { appends.waitForRewrite() }
          try Self.append(round, to: log)
        }
      },
      { try Self.keepHouse(log, beside: appends) },
      { try Self.readAll(log, beside: appends) },
      { try Self.readAll(log, beside: appends) },
      { try Self.readAnywhere(log, beside: appends) },
    ])
    let found = try LogContents.records(log)
    var newest: [ByteSlice: StoredRecord] = [:]
    for record in found { if let key = record.key { newest[key] = record } }
    for key in 0..<50 {
      let last = (rounds - 1 - key) / 50 * 50 + key
      #expect(newest[ByteSlice("key-\(key)".utf8)]?.value == ByteSlice("\(last)".utf8))
    }
    #expect(found.count < rounds)
  }

  private static func append(_ round: Int, to log: PartitionLog) throws {
    var builder = RecordBatchBuilder()
    try builder.append(
      timestamp: Timestamp(Int64(round + 1)), key: ByteSlice("key-\(round % 50)".utf8),
      value: ByteSlice("\(round)".utf8),
      headers: [RecordHeader(key: "padding", value: ByteSlice([UInt8](repeating: 1, count: 150)))])
    try builder.finish()
    try log.append(builder.bytes)
  }

  private static func keepHouse(_ log: PartitionLog, beside appends: Appends) throws {
    let compactor = Compactor(log)
    let cold = ColdCompressor(log)
    // Whatever ends this, nobody must wait for more of it.
    defer { appends.areRewritten = true }
    repeat {
      _ = try compactor.step()
      _ = try cold.step()
      if compactor.cleanedUpTo > 0 { appends.areRewritten = true }
      try log.removeSegments(before: log.applyRetention())
    } while !appends.areDone
    while try compactor.step() {}
  }

  /// Offsets go up, and each record says what was appended at its offset.
  private static func readAll(_ log: PartitionLog, beside appends: Appends) throws {
    repeat {
      var cursor = try LogCursor(log, from: log.startOffset)
      var last = Offset(-1)
      while let bytes = try cursor.next(maxBytes: 8 << 10) {
        var position = 0
        while position < bytes.count {
          let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
          let batch = bytes.slice(position..<position + header.sizeInBytes)
          guard header.lastOffset > last else { throw WrongRecord(offset: header.lastOffset) }
          // Batches that were joined meanwhile may begin before the reader's place.
          for record in try LogContents.records(of: batch, header) where record.offset > last {
            last = record.offset
            guard record.value == ByteSlice("\(record.offset)".utf8) else {
              throw WrongRecord(offset: record.offset)
            }
          }
          position += header.sizeInBytes
        }
      }
    } while !appends.areDone
  }

  private static func readAnywhere(_ log: PartitionLog, beside appends: Appends) throws {
    var generator = SeededGenerator(seed: 1)
    repeat {
      guard log.endOffset > 0 else { continue }
      let offset = Offset(Int64.random(in: 0..<log.endOffset.rawValue, using: &generator))
      let bytes = try log.read(from: offset, maxBytes: 1).bytes
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      guard header.lastOffset >= offset else { throw WrongRecord(offset: offset) }
      for record in try LogContents.records(of: bytes.slice(0..<header.sizeInBytes), header) {
        guard record.value == ByteSlice("\(record.offset)".utf8) else {
          throw WrongRecord(offset: record.offset)
        }
      }
      // Timestamps are offsets and one.
      let found = try log.firstRecord(stampedAtOrAfter: Timestamp(offset.rawValue + 1))
      guard let found, found.offset >= offset else { throw WrongRecord(offset: offset) }
    } while !appends.areDone
  }

  /// Whether the appender has come to its end.
  private final class Appends: Sendable {
    private let done = Atomic(false)
    private let rewritten = Atomic(false)

    var areDone: Bool {
      get { done.load(ordering: .acquiring) }
      set { done.store(newValue, ordering: .releasing) }
    }

    /// Whether something that was appended has been compacted.
    var areRewritten: Bool {
      get { rewritten.load(ordering: .acquiring) }
      set { rewritten.store(newValue, ordering: .releasing) }
    }

    /// An appender could be done before the others had begun: it stops halfway until there was a
    /// rewrite, so that the second half is a race for certain.
    func waitForRewrite() {
      while !areRewritten { sched_yield() }
    }
  }

  private struct WrongRecord: Error { let offset: Offset }
}
