import VarveCoordination
import VarveTestKit

/// What happens to a simulated group: three minutes of trouble, then quiet.
extension ClassicWorld {
  static func simulate(_ seed: UInt64, fault: Fault? = nil) -> ClassicWorld {
    let world = ClassicWorld(seed: seed, fault: fault)
    let assignors: [any Assignor] = [
      RangeAssignor(), RoundRobinAssignor(), StickyAssignor(), CooperativeStickyAssignor(),
    ]
    let assignor = assignors[Int(world.random(0...3))]
    for _ in 0..<world.random(1...4) { world.startNew(assignor) }
    world.trouble(assignor, until: 180_000)
    world.run(until: 180_000)
    world.calm()
    return world
  }

  private func trouble(_ assignor: any Assignor, until end: Int64) {
    after(random(500...6_000)) { [self] in
      guard now < end - 10_000 else { return }
      disturb(assignor)
      trouble(assignor, until: end)
    }
  }

  func calm() {
    isCalm = true
    for process in processes { process.pausedUntil = 0 }
    run(until: now + 150_000)
    if problem == nil { checkRest() }
    let generation = generation
    run(until: now + 60_000)
    if problem == nil { checkRest() }
    if self.generation != generation { fail("at rest it rebalances") }
  }

  func startNew(_ assignor: any Assignor) {
    let number = processes.count + consumers.count
    start(
      ClassicProcess(
        name: "p\(number)", instance: chance(40) ? "i\(number)" : nil,
        assignor: assignor, topics: chance(70) ? ["a", "b"] : ["a"]))
  }

  private func disturb(_ assignor: any Assignor) {
    let alive = processes.filter { $0.phase != .gone }
    guard let one = alive.randomElement(using: &generator) else {
      return startNew(assignor)
    }
    switch random(0...99) {
    case 0..<25: if alive.count < 6 { startNew(assignor) }
    case 25..<37: leave(one)
    case 37..<49: crash(one)
    case 49..<59: one.pausedUntil = now + random(1_000...40_000)
    case 59..<71: restartStatic(one)
    case 71..<79: changeSubscription(of: one)
    case 79..<84: changeTopics(topics.merging(["b": 1], uniquingKeysWith: +))
    case 84..<92: restart()
    default: clockError += random(-86_400_000...86_400_000)
    }
  }

  /// The same instance as a new process, at once or after a while.
  func restartStatic(_ old: ClassicProcess) {
    guard let instance = old.instance else { return }
    crash(old)
    let new = ClassicProcess(
      name: "\(old.name)'", instance: instance, assignor: old.assignor,
      topics: old.topics)
    new.assignedTopics = old.assignedTopics
    after(random(0...15_000)) { [self] in start(new) }
  }

  func changeSubscription(of process: ClassicProcess) {
    process.topics = process.topics.count == 1 ? ["a", "b"] : ["b"]
    if process.phase == .stable { sendJoin(process) }
  }
}
