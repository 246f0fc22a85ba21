import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// A share of what `make test-long` runs under AddressSanitizer: Kafka's files with a few bytes
/// changed, and random bytes. Whatever comes, no decoder traps.
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

  @Test("any bytes are read or refused", arguments: decoders, [UInt64(1), 2])
  private func anyBytes(decoder: Decoder, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let files = try decoder.suffixes.flatMap(Golden.files).map { try Golden.bytes("data/\($0)") }
    #expect(!files.isEmpty)
    for _ in 0..<400 {
      var bytes = try #require(files.randomElement(using: &random))
      mutate(&bytes, &random)
      bytes.withRawSpan(decoder.run)
    }
    for _ in 0..<100 {
      let count = Int.random(in: 0...200, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      bytes.withRawSpan(decoder.run)
    }
  }

  /// Flips, sets, inserts, removes and cuts, one to four times.
  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
      case 3: bytes.remove(at: index)
      default: bytes.removeSubrange(index...)
      }
    }
  }
}
