import Testing
import VarveBase
import VarveCoordination
import VarveTestKit

/// Goal: records come at their time, and not after it. Method: a clock that the tests move; the
/// oracle is a sorted list of when each is due.
struct ShareTimeTests {
  @Test func `G44: of many random delays none is early, and each tick brings all that is due`()
    throws
  {
    let count = TestShare.count(10_000, long: 100_000)
    let tick: Int64 = 20
    var random = SeededGenerator(seed: 44)
    var share = ShareUnderTest.queue()
    var due: [(time: Int64, offset: Int64)] = []
    for _ in 0..<count {
      let time = share.time + Int64.random(in: 0...60_000, using: &random)
      due.append((time, share.append { $0.availableAt = time }))
    }
    due.sort { $0 < $1 }
    var position = 0
    let end = share.time + 60_000
    while share.time <= end {
      var expected: Set<Int64> = []
      while position < due.count, due[position].time <= share.time {
        expected.insert(due[position].offset)
        position += 1
      }
      var taken: [Int64] = []
      while case let more = share.takeOffsets(2_000), !more.isEmpty {
        taken += more
        try share.accept(more)
      }
      try #require(Set(taken) == expected && taken.count == expected.count)
      // Who waits is woken when the next one is due.
      if position < due.count {
        let wake = try #require(share.nextDeadline) - share.now.uptime
        #expect(wake <= due[position].time - share.time)
      }
      if share.time == end - 30_000 { share.restart() }
      share.pass(tick)
    }
    #expect(position == count && share.startOffset == Int64(count))
  }

  @Test func `G46: what expired is never delivered, and is a dead letter for that reason`() throws {
    var random = SeededGenerator(seed: 46)
    var share = ShareUnderTest.queue { settings, _ in settings.hasDeadLetters = true }
    var ends: [Int64] = []
    for _ in 0..<2_000 {
      let end = share.time + Int64.random(in: 1...5_000, using: &random)
      ends.append(end)
      share.append { $0.expiresAt = end }
    }
    var (delivered, expired): (Set<Int64>, Set<Int64>) = ([], [])
    for step in 0..<600 {
      for offset in share.takeOffsets(3) {
        #expect(ends[Int(offset)] > share.time)
        delivered.insert(offset)
        try share.accept([offset])
      }
      for letter in share.letters {
        #expect(letter.failure == .expired && ends[Int(letter.offset)] <= share.time)
        expired.insert(letter.offset)
      }
      if step == 300 { share.restart() }
      share.pass(10)
    }
    #expect(delivered.count > 100 && expired.count > 100)
    #expect(delivered.isDisjoint(with: expired) && delivered.union(expired).count == 2_000)
  }

  @Test func `S24: past a backlog of low ones a high one comes with the next fetch`() throws {
    let count = Int64(TestShare.count(20_000, long: 100_000))
    var share = ShareUnderTest.queue()
    share.append(count)
    let urgent = share.append { $0.priority = 9 }
    #expect(share.takeOffsets(10) == [urgent])
    #expect(share.takeOffsets(3) == [0, 1, 2])
    let next = share.append { $0.priority = 1 }
    #expect(share.takeOffsets(10) == [next])
    #expect(share.takeOffsets(2) == [3, 4])
  }

  @Test func `S24: weighted, every priority has its share, and the lowest moves`() throws {
    var share = ShareUnderTest.queue { _, queue in queue.weighsPriorities = true }
    // Each has its rank, counted from 1, of a round of 16.
    let weights: [UInt8: Int] = [0: 1, 4: 5, 9: 10]
    let rounds = 50
    var priorities: [Int64: UInt8] = [:]
    for priority in weights.keys.sorted() {
      for _ in 0..<16 * rounds {
        priorities[share.append { $0.priority = priority }] = priority
      }
    }
    for _ in 0..<rounds {
      var taken: [UInt8: Int] = [:]
      for _ in 0..<16 {
        let offsets = share.takeOffsets(1)
        try share.accept(offsets)
        for offset in offsets { taken[priorities[offset] ?? 99, default: 0] += 1 }
      }
      #expect(taken == weights)
    }
  }
}
