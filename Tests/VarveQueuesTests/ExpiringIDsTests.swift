import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// Ids that are remembered, each until its own time is over.
@Suite(.timeLimit(.hang)) struct ExpiringIDsTests {
  private static func hash(_ number: Int) -> IDHash { IDHash(ByteSlice("id-\(number)".utf8)) }

  private static func second(_ number: Int) -> Timestamp {
    Timestamp(1_700_000_000_000 + Int64(number) * 1000)
  }

  @Test func `S20: an id is forgotten when its own time is over, though others keep coming`() {
    var ids = ExpiringIDs()
    // A set with one time to live for all of it would start anew with each, and forget none.
    for second in 0..<100 {
      ids.insert(Self.hash(second), until: Self.second(second + 10), now: Self.second(second))
      for earlier in 0...second {
        let isKept = ids.contains(Self.hash(earlier), at: Self.second(second))
        #expect(isKept == (earlier + 10 > second))
      }
    }
  }

  @Test func `S20: ids of random times are remembered as a dictionary remembers them`() {
    for seed in TestShare.seeds(5, long: 200) {
      var random = SeededGenerator(seed: seed)
      var ids = ExpiringIDs()
      var model: [Int: Int64] = [:]
      var now: Int64 = 1_700_000_000_000
      for _ in 0..<20_000 {
        now += Int64.random(in: 0...20, using: &random)
        let number = Int.random(in: 0..<3_000, using: &random)
        if Bool.random(using: &random) {
          let expiry = now + Int64.random(in: 1...60_000, using: &random)
          ids.insert(Self.hash(number), until: Timestamp(expiry), now: Timestamp(now))
          model[number] = max(model[number] ?? 0, expiry)
        }
        let isKept = ids.contains(Self.hash(number), at: Timestamp(now))
        let expiry = model[number] ?? 0
        if expiry > now { #expect(isKept, "\(TestShare.again(seed))") }
        if expiry + 1_000 <= now { #expect(!isKept, "\(TestShare.again(seed))") }
      }
    }
  }

  @Test func `S20: an id takes at most 40 bytes, and none once its time is over`() {
    var ids = ExpiringIDs()
    for number in 0..<200_000 {
      ids.insert(Self.hash(number), until: Self.second(10), now: Self.second(0))
    }
    #expect(ids.sizeInBytes <= 200_000 * 40)
    let full = ids.sizeInBytes
    for round in 1...10 {
      let now = Self.second(round * 10)
      for number in 0..<20_000 {
        ids.insert(
          Self.hash(round * 1_000_000 + number), until: Self.second(round * 10 + 10), now: now)
      }
    }
    #expect(ids.sizeInBytes <= full, "ids that are over make room for others")
  }
}
