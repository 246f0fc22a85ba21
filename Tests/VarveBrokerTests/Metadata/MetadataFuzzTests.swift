import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Kafka's metadata with a few changes, a share of what `make fuzz` runs. Whatever comes, nothing
/// traps, and what is read says the same once it is written: see `fuzzMetadata`.
@Suite struct MetadataFuzzTests {
  @Test(arguments: TestShare.seeds(2, long: 200))
  func `G27: any bytes are sound metadata or none`(seed: UInt64) throws {
    fuzz(
      fuzzMetadata, samples: try Self.samples(), inputCount: TestShare.count(300, long: 10_000),
      seed: seed)
  }

  /// Both snapshots, and two pieces of the log: its beginning, and what it says of users.
  private static func samples() throws -> [[UInt8]] {
    let log = try ByteSlice(GoldenData.bytes(GoldenData.metadataLog))
    var ends: [Int] = []
    var end = 0
    while let header = MetadataBatch.wholeHeader(in: log.bytes, at: end) {
      end += header.sizeInBytes
      ends.append(end)
    }
    #expect(ends.count > 100)
    let beginning = try #require(ends.last { $0 <= 4_096 })
    return [
      try GoldenData.bytes(GoldenData.metadataSnapshot),
      try GoldenData.bytes("data/bootstrap.checkpoint"), Array(log.prefix(beginning)), Array(log),
    ]
  }
}
