import Testing
import VarveBase
import VarveTestKit

@Suite struct SimulationTests {
  /// Actors that wake one another at random, at times that often coincide.
  private func run(seed: UInt64) -> SimulationTrace {
    var simulation = Simulation<Int>(seed: seed)
    for actor in 0..<10 { simulation.schedule(actor, after: 0) }
    while let actor = simulation.next(before: 200) {
      simulation.note("actor \(actor)")
      if Int.random(in: 0..<50, using: &simulation.random) == 0 {
        simulation.jump(byMilliseconds: Int64.random(in: -5000...5000, using: &simulation.random))
      }
      simulation.schedule((actor + 1) % 10, after: 0...8)
    }
    return simulation.trace
  }

  @Test func `G69: a seed leaves the same trace twice, and another seed another`() throws {
    var traces: Set<SimulationTrace> = []
    let seeds = TestShare.seeds(100, long: 10_000)
    for seed in seeds {
      let trace = run(seed: seed)
      let difference = trace.firstDifference(from: run(seed: seed))
      #expect(difference == nil, "\(TestShare.again(seed))")
      #expect(trace.bytes.count > 1000)
      traces.insert(trace)
    }
    #expect(traces.count == seeds.count)
  }

  @Test func `the first different line of two traces is told`() throws {
    var (one, two) = (SimulationTrace(), SimulationTrace())
    one.append("same", at: VirtualClock(now: 0))
    two.append("same", at: VirtualClock(now: 0))
    #expect(one.firstDifference(from: two) == nil)
    one.append("more", at: VirtualClock(now: 5))
    let difference = try #require(one.firstDifference(from: two))
    #expect(difference.mine == "0 5 more")
    #expect(difference.theirs == nil)
  }

  /// Against a list that is sorted by time: the order among equals is free.
  @Test func `events come by time`() {
    for seed in TestShare.seeds(50, long: 1000) {
      var random = SeededGenerator(seed: seed)
      var queue = EventQueue<Int>(seed: seed)
      var waiting: [(time: Int64, event: Int)] = []
      for event in 0..<200 {
        let time = Int64.random(in: 0..<30, using: &random)
        queue.add(event, at: time)
        waiting.append((time, event))
        guard Int.random(in: 0..<3, using: &random) == 0, let next = queue.next() else { continue }
        #expect(next.time == waiting.map(\.time).min(), "\(TestShare.again(seed))")
        waiting.removeAll { $0 == next }
      }
      var rest: [Int64] = []
      while let next = queue.next() {
        rest.append(next.time)
        waiting.removeAll { $0 == next }
      }
      #expect(rest == rest.sorted(), "\(TestShare.again(seed))")
      #expect(waiting.isEmpty, "\(TestShare.again(seed))")
    }
  }

  @Test func `the seed draws who of one instant is first`() {
    let firsts = (1...100).compactMap { (seed: UInt64) -> Int? in
      var queue = EventQueue<Int>(seed: seed)
      for event in 0..<3 { queue.add(event, at: 7) }
      return queue.next()?.event
    }
    #expect(Set(firsts) == [0, 1, 2])
  }

  @Test func `the wall clock jumps and the other does not`() {
    var clock = VirtualClock(now: 1000)
    clock.advance(to: 250)
    clock.jump(byMilliseconds: -900)
    #expect(clock.now == 350)
    #expect(clock.milliseconds == 250)
    clock.advance(to: 300)
    #expect(clock.now == 400)
  }
}
