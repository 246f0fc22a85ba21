import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Batches of Kafka's with a few changes, a share of what `make fuzz` runs. Whatever comes, nothing
/// traps, and what is accepted is consistent: see `fuzzBatch`.
@Suite struct RecordBatchFuzzTests {
  private static let seeds = TestShare.seeds(2, long: 200)
  private static let inputCount = 10_000

  @Test(arguments: seeds)
  func `any bytes are a sound batch or none`(seed: UInt64) throws {
    let samples = try Self.samples()
    #expect(samples.count > 40)
    fuzz(
      fuzzBatch, samples: samples, inputCount: TestShare.count(Self.inputCount, long: 50_000),
      seed: seed)
  }

  @Test(arguments: seeds)
  func `any bytes are what a codec has written or not`(seed: UInt64) throws {
    let samples = try Self.samples().compactMap { batch -> [UInt8]? in
      let codec = batch[RecordBatchHeader.Field.attributes + 1] & 7
      guard (1...4).contains(codec) else { return nil }
      return [codec - 1] + batch.dropFirst(RecordBatchHeader.byteCount)
    }
    #expect(Set(samples.map { $0[0] }) == [0, 1, 2, 3])
    fuzz(
      fuzzCodec, samples: samples, inputCount: TestShare.count(Self.inputCount, long: 50_000),
      seed: seed)
  }

  /// Small batches of every kind that Kafka wrote.
  private static func samples() throws -> [[UInt8]] {
    let files = try GoldenData.dataFiles(".log").filter { file in
      ["codecs-0", "txn-0", "appendtime-0", "__"].contains { file.hasPrefix($0) }
    }
    return try files.flatMap { try splitIntoBatches(GoldenData.bytes("data/\($0)")) }
      .filter { $0.count < 4096 }
  }
}
