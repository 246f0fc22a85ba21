import Testing
import Varve
import VarveBase
import VarveLog
import VarveProtocol
import VarveTestKit

@Suite struct AbortedRangesTests {
  @Test func `aborted transactions end where the log says that they do`() async throws {
    let log = try await TransactionsUnderTest()
    let first = try log.varve.transactions("first")
    let second = try log.varve.transactions("second")
    for round in 0..<3 {
      let one = try await first.begin()
      let other = try await second.begin()
      for number in 0..<2 {
        try await one.send("out", partition: 0, value: "one \(round) \(number)")
        try await other.send("out", partition: 0, value: "other \(round) \(number)")
      }
      if round == 1 { try await one.commit() } else { try await one.abort() }
      try await other.abort()
    }
    let client = try await log.varve.client("out", 0)
    let slice = try await client.fetch(from: 0, maxBytes: 1 << 20, isolation: .readCommitted)
    #expect(slice.aborted.count == 5)
    let told = slice.aborted.map { transaction in
      var entry = FetchResponse.Topic.Partition.AbortedTransaction()
      (entry.producerID, entry.firstOffset) = (transaction.producerID, transaction.firstOffset)
      return entry
    }
    let ranges = AbortedRanges.of(told, in: slice.bytes)
    #expect(ranges.map(\.producerID) == slice.aborted.map(\.producerID))
    #expect(ranges.map(\.lastOffset) == slice.aborted.map(\.lastOffset))
    #expect(AbortedRanges.of(told, in: ByteSlice()).allSatisfy { $0.lastOffset == Offset(.max) })
    try await log.varve.close()
  }
}
