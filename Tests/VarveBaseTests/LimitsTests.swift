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
}
