import Testing
import VarveBroker

struct JavaHashTests {
  /// Oracle: the partitions of 4 that Kafka 4.0 chose, by its dumps of the golden directory's
  /// `__consumer_offsets`; and a text of which `hashCode` is known to be the least number.
  @Test func `ids are kept where Kafka keeps them`() {
    for (group, partition) in [
      ("g-txn", 0), ("g-one", 0), ("cg1", 1), ("kp", 1), ("g-two", 2), ("cg2", 2),
    ] as [(String, Int32)] {
      #expect(group.coordinatorPartition(of: 4) == partition, "\(group)")
    }
    #expect("polygenelubricants".coordinatorPartition(of: 50) == 0)
    // 99162322; and by the definition of hashCode, which counts the halves of a pair.
    #expect("hello".coordinatorPartition(of: 1_000_000) == 162_322)
    #expect("🙂".coordinatorPartition(of: 10_000_000) == (0xD83D * 31 + 0xDE42) % 10_000_000)
  }
}
