import Testing
import VarveBase

@Suite struct LimitsTests {
  @Test func `the limits fit one another`() {
    let name = String(repeating: "a", count: TopicName.byteCountMax)
    let longest = "\(name)-\(Limits.partitionsMax - 1)"
    #expect(longest.utf8.count == Limits.fileNameBytesMax)
    let spare = Limits.mappingsMax - Limits.partitionsMax * Limits.mappingsPerPartition
    #expect(spare == 5_530)
  }

  @Test func `what a client's batch may be unpacked to grows with what its topic takes`() {
    let limits = [1, 1 << 20, 2 << 20, 100 << 20, Int.max].map {
      Limits.clientPayloadBytesMax(batchBytesMax: $0) >> 20
    }
    #expect(limits == [32, 32, 64, 256, 256])
  }
}
