import Testing
import VarveCoordination
import VarveTestKit

/// Oracle: the properties themselves, checked after every event; no schedule has an expected
/// outcome.
struct ClassicSimulationTests {
  @Test func `G29: no partition has two owners ever, and each has one at rest`() {
    for seed in TestShare.seeds(10, long: 10_000) {
      let world = ClassicWorld.simulate(seed)
      #expect(world.problem == nil)
      if world.problem != nil { return }
    }
  }

  @Test func `G69: a seed has one trace`() {
    for seed in TestShare.seeds(1, long: 100) {
      let first = ClassicWorld.simulate(seed).trace
      #expect(first == ClassicWorld.simulate(seed).trace)
      #expect(first.contains("generation"))
    }
  }

  @Test(arguments: ClassicWorld.Fault.allCases)
  func `G69: what is done wrong on purpose is found`(_ fault: ClassicWorld.Fault) {
    let found = (1...1_000).contains { seed in
      ClassicWorld.simulate(UInt64(seed), fault: fault).problem != nil
    }
    #expect(found)
  }
}

/// Oracle: counting. Eight partitions over members that come and go one at a time.
struct ClassicMovesTests {
  private func world() -> ClassicWorld {
    let world = ClassicWorld(seed: 1)
    world.isCalm = true
    return world
  }

  private func member(_ name: String, instance: String? = nil) -> ClassicProcess {
    ClassicProcess(
      name: name, instance: instance, assignor: CooperativeStickyAssignor(), topics: ["a", "b"])
  }

  @Test func `G29: cooperative members give up only what a new one is to have`() {
    let world = world()
    var all = [member("p0"), member("p1")]
    for process in all { world.start(process) }
    world.run(until: 60_000)
    for (name, moves) in [("p2", 2), ("p3", 2), ("p4", 1)] {
      let before = all.map(\.owned)
      let new = member(name)
      world.start(new)
      world.run(until: world.now + 60_000)
      world.checkRest()
      #expect(new.owned.count == moves)
      let given = zip(all, before).reduce(0) { $0 + $1.1.subtracting($1.0.owned).count }
      #expect(given == moves, "\(name)")
      all.append(new)
    }
    #expect(world.problem == nil)
  }

  @Test func `G29: what a cooperative member leaves is all that moves`() {
    let world = world()
    var all = ["p0", "p1", "p2", "p3"].map { member($0) }
    for process in all { world.start(process) }
    world.run(until: 60_000)
    for _ in 0..<3 {
      let leaving = all.removeFirst()
      let before = all.map(\.owned)
      world.leave(leaving)
      world.run(until: world.now + 60_000)
      world.checkRest()
      for (process, owned) in zip(all, before) { #expect(process.owned.isSuperset(of: owned)) }
    }
    #expect(world.problem == nil)
  }

  @Test func `G31: static members that restart one after the other move nothing`() {
    let world = world()
    var all = ["i0", "i1", "i2"].map { member($0, instance: $0) }
    for process in all { world.start(process) }
    world.run(until: 60_000)
    let generation = world.group.generation
    for index in all.indices {
      let old = all[index]
      world.crash(old)
      world.run(until: world.now + 5_000)
      let new = member("\(old.name)'", instance: old.instance)
      new.assignedTopics = old.assignedTopics
      all[index] = new
      world.start(new)
      world.run(until: world.now + 5_000)
      #expect(new.owned == old.owned)
      #expect(world.group.generation == generation)
    }
    world.checkRest()
    #expect(world.problem == nil)
  }
}
