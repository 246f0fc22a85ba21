import Glibc
import Synchronization
import VarveBase
import VarveLog
import VarveTestKit

/// A log that is appended to, rewritten and cut at its start, each by a thread of its own.
///
/// A record's value is its offset. Every other key is there once, so that compaction leaves enough
/// for retention to take.
final class RewriteRace: Sendable {
  static let rounds = TestShare.count(1500, long: 20_000)

  let log: PartitionLog
  private let directory: TemporaryDirectory
  private let appended = Atomic(false)
  private let rewritten = Atomic(false)
  private let retained: Atomic<Bool>
  /// Whether retention takes anything.
  let isRetained: Bool

  init(policy: CleanupPolicy) throws {
    directory = try TemporaryDirectory()
    var configuration = ColdCompressionTests.settings()
    configuration.cleanupPolicy = policy
    // More than the last fifty records take.
    configuration.retentionBytes = 16 << 10
    configuration.minCleanableDirtyRatio = 0.1
    configuration.coldCompressionAfterMilliseconds = 0
    configuration.fileDeleteDelayMilliseconds = 0
    configuration.retentionMilliseconds = -1
    log = try LogContents.open(
      directory.path + "/topic-0", on: LocalFileSystem(), configuration: configuration)
    isRetained = policy.contains(.delete)
    retained = Atomic(!policy.contains(.delete))
  }

  /// Whether the appender has come to its end.
  var isAppended: Bool { appended.load(ordering: .acquiring) }

  static func key(of round: Int) -> ByteSlice {
    ByteSlice((round % 2 == 0 ? "key-\(round % 50)" : "once-\(round)").utf8)
  }

  /// An appender could be done before the others had begun: it stops halfway until there was a
  /// rewrite, and something was removed, so that the second half is a race for certain.
  func append() throws {
    defer { appended.store(true, ordering: .releasing) }
    for round in 0..<Self.rounds {
      if round == Self.rounds / 2 {
        while !rewritten.load(ordering: .acquiring) || !retained.load(ordering: .acquiring) {
          sched_yield()
        }
      }
      try append(round)
    }
  }

  private func append(_ round: Int) throws {
    var generator = SeededGenerator(seed: UInt64(round))
    // Half of it can't be compressed.
    let padding = (0..<150).map { $0 < 75 ? 1 : UInt8.random(in: 0...255, using: &generator) }
    var builder = RecordBatchBuilder()
    try builder.append(
      timestamp: Timestamp(Int64(round + 1)), key: Self.key(of: round),
      value: ByteSlice("\(round)".utf8),
      headers: [RecordHeader(key: "padding", value: ByteSlice(padding))])
    try builder.finish()
    try log.append(builder.bytes)
  }

  func rewrite() throws {
    let compactor = Compactor(log)
    let cold = ColdCompressor(log)
    // Whatever ends this, nobody must wait for more of it.
    defer { rewritten.store(true, ordering: .releasing) }
    repeat {
      _ = try compactor.step()
      _ = try cold.step()
      if compactor.cleanedUpTo > 0 { rewritten.store(true, ordering: .releasing) }
    } while !isAppended
    while try compactor.step() {}
  }

  func retain() throws {
    defer { retained.store(true, ordering: .releasing) }
    repeat {
      try log.removeSegments(before: log.applyRetention())
      if log.startOffset > 0 { retained.store(true, ordering: .releasing) }
    } while !isAppended
  }
}
