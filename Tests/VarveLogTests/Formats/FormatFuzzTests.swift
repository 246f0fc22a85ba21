import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// A share of what `make fuzz` runs: Kafka's files with a few changes. Whatever comes, no decoder
/// traps, and what is read holds together: see the fuzz functions.
@Suite struct FormatFuzzTests {
  private struct Decoder: CustomTestStringConvertible, Sendable {
    let name: String
    let suffixes: [String]
    let run: @Sendable (RawSpan) -> Void

    var testDescription: String { name }
  }

  private static let decoders = [
    Decoder(name: "snapshot", suffixes: [".snapshot"]) {
      fuzzProducerSnapshot($0)
      fuzzSealedProducerSnapshot($0)
    },
    Decoder(name: "transaction index", suffixes: [".txnindex"], run: fuzzTransactionIndex),
    Decoder(
      name: "text files",
      suffixes: [
        "offset-checkpoint", "leader-epoch-checkpoint", "partition.metadata", "meta.properties",
      ], run: fuzzTextFiles),
    Decoder(name: "offset index", suffixes: [".index"], run: fuzzOffsetIndex),
    Decoder(name: "time index", suffixes: [".timeindex"], run: fuzzTimeIndex),
    Decoder(
      name: "segment dump", suffixes: ["txn-0/00000000000000000016.log"], run: fuzzSegmentDump),
  ]

  /// The samples are Kafka's files and one of random bytes.
  @Test(
    "any bytes are read or refused", arguments: decoders, TestShare.seeds(2, long: 200))
  private func anyBytes(decoder: Decoder, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var samples = try decoder.suffixes.flatMap(Golden.files).map { try Golden.bytes("data/\($0)") }
    #expect(!samples.isEmpty)
    samples.append((0..<100).map { _ in UInt8.random(in: 0...255, using: &random) })
    fuzz(
      decoder.run, samples: samples, inputCount: TestShare.count(500, long: 10_000), seed: seed)
  }
}
