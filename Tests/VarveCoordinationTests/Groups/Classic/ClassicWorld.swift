import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// A group that begins as a classic one, its coordinator with its log, a network that loses and
/// delays, and the processes that are members: all of it on a virtual clock, decided by a seed.
final class ClassicWorld {
  /// What is done wrong on purpose, to see that it is found.
  enum Fault: CaseIterable {
    /// A cooperative leader hands out partitions that others still have.
    case assignsWhatOthersHave
    /// A process that is no longer a member goes on working.
    case worksOnWhenUnknown
    /// The coordinator answers although its records were not stored.
    case answersBeforeStoring
    /// After a failure of the coordinator nobody's session is watched.
    case forgetsSessionsOnLoad
    /// The shell does not wake the coordinator when it asks for it.
    case missesDeadlines
  }

  let seed: UInt64
  let fault: Fault?
  var generator: SeededGenerator
  var now: Int64 = 0
  /// What the wall clock is off by: it may jump.
  var clockError: Int64 = 0
  var isCalm = false
  var coordinator: GroupCoordinator
  /// What only replays the records.
  var replica: GroupCoordinator
  var log: [GroupRecord] = []
  var processes: [ClassicProcess] = []
  /// Members of the consumer protocol.
  var consumers: [ConsumerProcess] = []
  var topics: [String: Int32] = ["a": 5, "b": 3]
  var problem: String?
  var trace = ""
  var requestCount: UInt64 = 0
  /// Whose join or sync a request is; forgotten when the coordinator fails, as connections are.
  var requests: [UInt64: ClassicProcess] = [:]
  var storedGeneration: Int32 = 0
  private var lastKind: Group.Kind?
  private var lastGeneration: Int32 = 0
  private var deadlines = DeadlineQueue<UInt64>()
  private var events: [UInt64: () -> Void] = [:]
  private var eventCount: UInt64 = 0
  private var wakeUp: Int64?
  var consumerWakeUp: Int64?
  /// Somebody began to work on partitions since the last look.
  var mustCheckOwners = false

  init(seed: UInt64, fault: Fault? = nil) {
    self.seed = seed
    self.fault = fault
    generator = SeededGenerator(seed: seed)
    coordinator = GroupCoordinator()
    replica = coordinator
    changeTopics(topics)
    replica = coordinator
  }

  /// The group while it is a classic one; one without members where it is none.
  var group: ClassicGroup {
    if case .classic(let group)? = coordinator.groups["g"] { return group }
    return ClassicGroup(id: "g", settings: coordinator.settings, at: moment)
  }

  func changeTopics(_ new: [String: Int32]) {
    topics = new
    let image = GroupUnderTest.image(new.map { ($0.key, $0.value) })
    _ = coordinator.topicsChanged(to: image)
    _ = replica.topicsChanged(to: image)
  }

  var moment: Moment {
    Moment(wallClock: Timestamp(1_700_000_000_000 + now + clockError), uptime: now)
  }

  func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
  func random(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &generator) }

  func fail(_ what: String) {
    if problem == nil { problem = "\(TestShare.again(seed)) at \(now) ms: \(what)" }
  }

  // MARK: Time

  func after(_ milliseconds: Int64, _ event: @escaping () -> Void) {
    eventCount += 1
    events[eventCount] = event
    deadlines.set(eventCount, at: now + milliseconds)
  }

  /// Lets time pass, checking after each event that no partition has two owners.
  func run(until end: Int64) {
    while problem == nil, let next = deadlines.next, next <= end {
      now = max(now, next)
      guard let number = deadlines.popDue(by: now) else { break }
      events.removeValue(forKey: number)?()
      passConsumers()
      if mustCheckOwners { checkOwners() }
      wakeCoordinator()
    }
    now = end
  }

  private func wakeCoordinator() {
    guard fault != .missesDeadlines, let next = coordinator.nextDeadline, next != wakeUp else {
      return
    }
    wakeUp = next
    after(max(next - now, 0)) { [self] in
      wakeUp = nil
      if let due = coordinator.nextDeadline, due <= now { store(coordinator.expire(at: moment)) }
    }
  }

  // MARK: The coordinator

  /// Stores what was decided and delivers the answers; or fails to, and loads what was stored.
  func store<Reply>(_ decision: GroupDecision<Reply>, then answer: (Reply) -> Void = { _ in }) {
    if !isCalm, chance(2) {
      if fault == .answersBeforeStoring { deliver(decision, answer) }
      return restart()
    }
    log += decision.records
    for record in decision.records {
      check(record)
      replica.replay(record, producerID: nil)
    }
    if !decision.records.isEmpty { checkReplica() }
    checkGeneration()
    deliver(decision, answer)
  }

  private func deliver<Reply>(_ decision: GroupDecision<Reply>, _ answer: (Reply) -> Void) {
    answer(decision.reply)
    for effect in decision.effects {
      switch effect {
      case .join(let request, let result): answerJoin(request.rawValue, result)
      case .sync(let request, let result): answerSync(request.rawValue, result)
      }
    }
  }

  func restart() {
    trace += "\(now) restart\n"
    requests = [:]
    coordinator = GroupCoordinator(settings: coordinator.settings, topics: coordinator.topics)
    for record in log { coordinator.replay(record, producerID: nil) }
    replica = coordinator
    if fault != .forgetsSessionsOnLoad { _ = coordinator.loaded(at: moment) }
    lastKind = nil
    checkGeneration()
  }

  // MARK: Properties

  private func check(_ record: GroupRecord) {
    guard case .groupMetadata(_, let value) = record else { return }
    guard let value else {
      storedGeneration = 0
      return
    }
    trace += "\(now) generation \(value.generation) of \(value.members.map(\.memberID))\n"
    if value.generation < storedGeneration {
      fail("generation \(value.generation) is stored after \(storedGeneration)")
    }
    storedGeneration = value.generation
  }

  /// A classic group's generation, or a consumer group's epoch.
  var generation: Int32 {
    if case .consumer(let group)? = coordinator.groups["g"] { return group.state.epoch }
    return group.generation
  }

  private func checkGeneration() {
    let kind = coordinator.groups["g"]?.kind
    if kind == lastKind, generation < lastGeneration {
      fail("generation \(generation) follows \(lastGeneration)")
    }
    (lastKind, lastGeneration) = (kind, generation)
  }

  private func checkReplica() {
    if case .consumer(let group)? = coordinator.groups["g"] {
      guard case .consumer(let replica)? = replica.groups["g"], replica.state == group.state else {
        return fail("the records give another consumer group")
      }
      return
    }
    let group = group
    guard group.isStored, group.state == .stable || group.state == .empty else { return }
    guard case .classic(let replica)? = replica.groups["g"] else {
      return fail("the records give no classic group")
    }
    let (said, found) = (replica.describe(), group.describe())
    if said != found || replica.generation != group.generation {
      let differing = zip(said.members, found.members).filter { $0 != $1 }.map(\.0.memberID)
      fail("the records differ from the group in \(differing) of \(found.members.count) members")
    }
  }

  private func checkOwners() {
    mustCheckOwners = false
    var owners: [SimulatedPartition: String] = [:]
    for (name, partitions) in working {
      for partition in partitions {
        if let other = owners[partition] {
          fail("\(partition) is owned by \(other) and by \(name)")
        }
        owners[partition] = name
      }
    }
  }

  /// What each process works on at this moment.
  private var working: [(name: String, partitions: Set<SimulatedPartition>)] {
    // With this fault nobody looks at the clock either.
    let time = fault == .worksOnWhenUnknown ? Int64.min : now
    return processes.map { ($0.name, $0.working(at: time)) }
      + consumers.map { ($0.name, $0.working(on: topics)) }
  }

  /// That everybody alive is in one generation, and every partition that is subscribed to has one
  /// owner.
  func checkRest() {
    checkReplica()
    checkOwners()
    let alive = processes.filter { $0.phase != .gone }
    let consumers = consumers.filter { $0.isMember }
    checkGroupAtRest(memberCount: alive.count + consumers.count, hasConsumers: !consumers.isEmpty)
    for process in alive where process.generation != generation || process.phase != .stable {
      fail("\(process.name) is \(process.phase) in generation \(process.generation)")
    }
    for process in consumers where process.consumer.epoch != generation {
      fail("\(process.name) is at \(process.consumer.epoch), not \(generation)")
    }
    var owners: [SimulatedPartition: Int] = [:]
    for partition in working.flatMap(\.partitions) { owners[partition, default: 0] += 1 }
    var subscribed = alive.reduce(into: Set<String>()) { $0.formUnion($1.topics) }
    for process in consumers { subscribed.formUnion(process.consumer.topics) }
    for partition in SimulatedPartition.all(of: topics)
    where owners[partition, default: 0] != (subscribed.contains(partition.topic) ? 1 : 0) {
      fail("at rest \(partition) has \(owners[partition, default: 0]) owners")
    }
  }

  private func checkGroupAtRest(memberCount: Int, hasConsumers: Bool) {
    let group = coordinator.groups["g"]
    let count: Int
    switch group {
    case .consumer(let group)?: count = group.state.members.count
    case .classic(let group)?: count = group.memberCount
    case .share?, nil: count = 0
    }
    if count != memberCount { fail("\(memberCount) processes, \(count) members") }
    let state = group?.stateName ?? "Empty"
    if state != (memberCount == 0 ? "Empty" : "Stable") { fail("at rest the group is \(state)") }
    if memberCount > 0, group?.kind != (hasConsumers ? .consumer : .classic) {
      fail("at rest it is a \(group?.kind.rawValue ?? "-") group")
    }
  }
}
