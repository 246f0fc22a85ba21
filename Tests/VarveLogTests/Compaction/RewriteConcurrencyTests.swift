import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// One appender, readers, compaction, cold compression and retention at once, on real files. What
/// it is for shows under ThreadSanitizer.
@Suite struct RewriteConcurrencyTests {
  @Test("G06: readers see each key's last record, in order, while segments change under them")
  func readersBesideRewrites() throws {
    let race = try RewriteRace(policy: .compact)
    let found = try Self.run(race)
    #expect(race.log.startOffset == 0)
    #expect(found.count < RewriteRace.rounds)
  }

  @Test("G05, G06: and so where retention takes segments from under compaction")
  func readersBesideRewritesAndRetention() throws {
    let race = try RewriteRace(policy: [.compact, .delete])
    let found = try Self.run(race)
    let start = race.log.startOffset
    #expect(start > 0)
    // Compaction has taken some of those that retention has left.
    #expect(found.count < RewriteRace.rounds - Int(start.rawValue))
  }

  /// Appends beside readers, rewrites and retention, each in a thread of its own. Returns what is
  /// left, in which the newest keys have their last records.
  private static func run(_ race: RewriteRace) throws -> [StoredRecord] {
    try Threads.run([
      { try race.append() },
      { try race.rewrite() },
      { try race.retain() },
      { try readAll(race) },
      { try readAll(race) },
      { try readAnywhere(race) },
    ])
    let found = try LogContents.records(race.log)
    var newest: [ByteSlice: StoredRecord] = [:]
    for record in found { if let key = record.key { newest[key] = record } }
    for round in RewriteRace.rounds - 50..<RewriteRace.rounds {
      #expect(newest[RewriteRace.key(of: round)]?.value == ByteSlice("\(round)".utf8))
    }
    return found
  }

  /// Until the appender is done, again from the start wherever retention overtakes the reader.
  private static func readAll(_ race: RewriteRace) throws {
    repeat {
      do throws(LogError) { try readOnce(race.log) } catch {
        guard error.code == .offsetOutOfRange, race.isRetained else { throw error }
      }
    } while !race.isAppended
  }

  /// Offsets go up, and each record says what was appended at its offset.
  private static func readOnce(_ log: PartitionLog) throws(LogError) {
    var cursor = try LogCursor(log, from: log.startOffset)
    var last = Offset(-1)
    while let bytes = try cursor.next(maxBytes: 8 << 10) {
      do { try check(bytes, after: &last) } catch {
        throw LogError(.corrupt, "\(error)", offset: last)
      }
    }
  }

  private static func check(_ bytes: ByteSlice, after last: inout Offset) throws {
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

  private static func readAnywhere(_ race: RewriteRace) throws {
    var generator = SeededGenerator(seed: 1)
    let log = race.log
    repeat {
      let (start, end) = (log.startOffset, log.endOffset)
      guard start < end else { continue }
      let offset = Offset(Int64.random(in: start.rawValue..<end.rawValue, using: &generator))
      do { try look(at: offset, in: log) } catch let error as LogError {
        guard error.code == .offsetOutOfRange, offset < log.startOffset else { throw error }
      }
    } while !race.isAppended
  }

  private static func look(at offset: Offset, in log: PartitionLog) throws {
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
  }

  private struct WrongRecord: Error { let offset: Offset }
}
