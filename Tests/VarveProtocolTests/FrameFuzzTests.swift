import Testing
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Frames that Kafka and its clients wrote with a few changes, a share of what `make fuzz` runs.
/// Whatever comes, nothing traps, and what is decoded is encoded: see `fuzzFrame`.
@Suite struct FrameFuzzTests {
  @Test(arguments: TestShare.seeds(2, long: 200))
  func `G27: any bytes are a sound frame or none`(seed: UInt64) throws {
    let samples = try GoldenFrame.all().map { golden -> [UInt8] in
      if golden.isRequest { return [0] + golden.bytes }
      let index = try #require(
        APIMessages.all.firstIndex { $0.response.api.key == golden.key }, "\(golden)")
      let first = APIMessages.all[index].response.api.versions.lowerBound
      return [1, UInt8(index), UInt8(golden.version - first)] + golden.bytes
    }
    #expect(samples.count == 297)
    fuzz(
      fuzzFrame, samples: samples, inputCount: TestShare.count(10_000, long: 50_000), seed: seed)
  }
}
