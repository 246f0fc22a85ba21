import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: whatever is wrong in a partition's directory is reported, and nothing else. Oracle: what
/// Kafka wrote is right; what a single bit makes of it is wrong.
@Suite struct VerifyTests {
  static let golden = [
    "codecs-0", "appendtime-0", "segments-0", "segments-1", "txn-0", "compact-0", "trimmed-0",
    "__consumer_offsets-0", "__consumer_offsets-1", "__consumer_offsets-2",
    "__consumer_offsets-3", "__transaction_state-0", "__transaction_state-1",
    "__transaction_state-3", "__cluster_metadata-0",
  ]

  @Test("nothing is found in what Kafka wrote", arguments: golden)
  func goldenIsWhole(name: String) throws {
    let directory = try DamagedDirectory(golden: name)
    #expect(try directory.verifier.faults() == [])
  }

  @Test("nothing is found in a log of our own", arguments: UInt64(1)...5)
  func ownIsWhole(seed: UInt64) throws {
    let directory = try DamagedDirectory(seed: seed)
    var summary = LogVerifier.Summary()
    var faults: [LogVerifier.Fault] = []
    summary = try directory.verifier.verify { faults.append($0) }
    #expect(faults == [])
    #expect(summary.batches == 60)
    #expect(summary.segments > 3)
    #expect(summary.endOffset == 108)
  }

  @Test(
    "G09: any flipped bit of any file is reported, or changes no answer",
    arguments: ["own", "codecs-0", "appendtime-0", "txn-0", "trimmed-0"])
  func everyBitCounts(source: String) throws {
    let directory =
      source == "own" ? try DamagedDirectory(seed: 1) : try DamagedDirectory(golden: source)
    var random = SeededGenerator(seed: 9)
    for name in try directory.names {
      let bits = try directory.bytes(name).count * 8
      for bit in Self.sample(bits, using: &random) {
        try directory.withFlip(bit, of: name) {
          let faults = try directory.verifier.faults()
          guard faults.isEmpty else { return }
          #expect(
            try Self.isHarmless(bit / 8, of: name, in: directory),
            "\(source)/\(name): bit \(bit % 8) of byte \(bit / 8) is not reported")
        }
      }
    }
  }

  /// All bits of a small file in the long run, a share of them otherwise.
  private static func sample(_ bits: Int, using random: inout SeededGenerator) -> [Int] {
    let count = TestShare.count(60, long: 20_000)
    if bits <= count { return Array(0..<bits) }
    return (0..<count).map { _ in Int.random(in: 0..<bits, using: &random) }
  }

  /// Whether lookups through an index whose entry is another one, but true, find what they should:
  /// by offset, and by time.
  private static func isHarmless(
    _ byte: Int, of name: String, in directory: DamagedDirectory
  ) throws -> Bool {
    if name.hasSuffix(".log") { return try isForgottenEpoch(byte, of: name, in: directory) }
    if name == LeaderEpochCheckpoint.fileName {
      // It may say more than it did of what lies before the log's start.
      let epochs = try LeaderEpochCheckpoint.read(in: DamagedDirectory.path, on: directory.files)
      return epochs.entries.count == 1 && epochs.epoch(at: directory.verifier.logStartOffset) == 0
    }
    guard name.hasSuffix("index"), !name.hasSuffix("txnindex") else { return false }
    let damaged = try answers(directory)
    let whole = try DamagedDirectory()
    for name in try directory.names where !name.hasSuffix("index") {
      try whole.write(try directory.bytes(name), to: name)
    }
    return damaged == (try answers(whole))
  }

  /// Whether a byte is of a batch's leader epoch, where the checkpoint has forgotten what it was:
  /// before the log's start.
  private static func isForgottenEpoch(
    _ byte: Int, of name: String, in directory: DamagedDirectory
  ) throws -> Bool {
    let bytes = try directory.bytes(name)
    var position = 0
    while let header = bytes.withRawSpan({ RecordBatchHeader($0, at: position) }) {
      let epoch = position + RecordBatchHeader.Field.partitionLeaderEpoch
      if epoch..<epoch + 4 ~= byte {
        return header.nextOffset <= directory.verifier.logStartOffset
      }
      position += header.sizeInBytes
    }
    return false
  }

  private static func answers(_ directory: DamagedDirectory) throws -> [Offset?] {
    let copy = try DamagedDirectory()
    for name in try directory.names { try copy.write(try directory.bytes(name), to: name) }
    var loader = try LogUnderTest.loader(
      DamagedDirectory.path, copy.files, SystemTime(), PartitionLogTests.small())
    loader.isCleanlyClosed = true
    let log = try loader.load().log
    var found: [Offset?] = []
    var next = log.startOffset
    while next < log.endOffset {
      let header = try log.read(from: next, maxBytes: 1).bytes
      guard let batch = RecordBatchHeader(header.bytes) else { break }
      found.append(batch.baseOffset)
      for time in [batch.maxTimestamp.rawValue - 1, batch.maxTimestamp.rawValue] {
        found.append(try log.firstRecord(stampedAtOrAfter: Timestamp(time))?.offset)
      }
      next = batch.nextOffset
    }
    return found
  }
}
