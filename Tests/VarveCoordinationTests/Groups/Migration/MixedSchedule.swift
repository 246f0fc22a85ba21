import VarveCoordination
import VarveTestKit

/// What happens to a group whose processes change from one protocol to the other and back: three
/// minutes of trouble, then quiet.
extension ClassicWorld {
  /// Processes of both protocols are in it.
  var isMixed: Bool { !consumers.isEmpty }

  static func simulateMixed(_ seed: UInt64, fault: Fault? = nil) -> ClassicWorld {
    let world = ClassicWorld(seed: seed, fault: fault)
    let assignor: any Assignor = world.chance(50) ? RangeAssignor() : CooperativeStickyAssignor()
    for _ in 0..<world.random(0...3) { world.startNew(assignor) }
    for _ in 0..<world.random(0...2) { world.startConsumer() }
    world.mixedTrouble(assignor, until: 180_000)
    world.run(until: 180_000)
    for process in world.consumers { process.consumer.revocationTime = 0 }
    world.calm()
    return world
  }

  private func mixedTrouble(_ assignor: any Assignor, until end: Int64) {
    after(random(500...6_000)) { [self] in
      guard now < end - 10_000 else { return }
      disturbMixed(assignor)
      mixedTrouble(assignor, until: end)
    }
  }

  private func startConsumer(instance: String? = nil, topics: [String]? = nil) {
    let number = processes.count + consumers.count
    let isStatic = chance(40)
    var consumer = SimulatedConsumer(
      process: number, instanceID: instance ?? (isStatic ? "i\(number)" : nil),
      topics: topics ?? (chance(70) ? ["a", "b"] : ["a"]), at: now)
    if chance(25) { consumer.revocationTime = random(1...15_000) }
    start(ConsumerProcess(name: "m\(number)", consumer))
  }

  private func disturbMixed(_ assignor: any Assignor) {
    let classic = processes.filter { $0.phase != .gone }.randomElement(using: &generator)
    let consumer = consumers.filter(\.isStaying).randomElement(using: &generator)
    let count = processes.count { $0.phase != .gone } + consumers.count(where: \.isStaying)
    switch random(0...99) {
    case 0..<10: if count < 6 { startNew(assignor) }
    case 10..<20: if count < 6 { startConsumer() }
    case 20..<28: if let classic { leave(classic) }
    case 28..<36: if let consumer { leave(consumer) }
    case 36..<42: if let classic { crash(classic) }
    case 42..<48: if let consumer { consumer.consumer.isFrozen = true }
    case 48..<53: if let classic { classic.pausedUntil = now + random(1_000...40_000) }
    case 53..<58: if let classic { restartStatic(classic) }
    case 58..<70: if let classic { upgrade(classic) }
    case 70..<80: if let consumer { downgrade(consumer, assignor) }
    case 80..<84: if let classic { changeSubscription(of: classic) }
    case 84..<88: changeTopics(topics.merging(["b": 1], uniquingKeysWith: +))
    case 88..<95: restart()
    default: clockError += random(-86_400_000...86_400_000)
    }
  }

  /// A process stops, with or without a word, and is started again with the consumer protocol.
  private func upgrade(_ old: ClassicProcess) {
    if old.instance == nil, chance(50) { leave(old) } else { crash(old) }
    after(random(0...15_000)) { [self] in
      startConsumer(instance: old.instance, topics: old.topics.sorted())
    }
  }

  /// A process stops and is started again with the classic protocol.
  private func downgrade(_ old: ConsumerProcess, _ assignor: any Assignor) {
    leave(old)
    let new = ClassicProcess(
      name: "\(old.name)'", instance: old.consumer.instanceID, assignor: assignor,
      topics: Set(old.consumer.topics))
    after(random(0...15_000)) { [self] in start(new) }
  }
}
