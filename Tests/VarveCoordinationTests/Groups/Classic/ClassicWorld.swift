import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// A classic group, its log, a network that loses and delays, and the processes that are members:
/// all of it on a virtual clock, decided by a seed.
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
  var group: ClassicGroup
  var log: [GroupRecord] = []
  var processes: [ClassicProcess] = []
  var topics: [String: Int32] = ["a": 5, "b": 3]
  var problem: String?
  var trace = ""
  var requestCount: UInt64 = 0
  /// Whose join or sync a request is; forgotten when the coordinator fails, as connections are.
  var requests: [UInt64: ClassicProcess] = [:]
  var storedGeneration: Int32 = 0
  var lastGeneration: Int32 = 0
  private var deadlines = DeadlineQueue<UInt64>()
  private var events: [UInt64: () -> Void] = [:]
  private var eventCount: UInt64 = 0
  private var wakeUp: Int64?
  /// Somebody began to work on partitions since the last look.
  var mustCheckOwners = false

  init(seed: UInt64, fault: Fault? = nil) {
    self.seed = seed
    self.fault = fault
    generator = SeededGenerator(seed: seed)
    group = ClassicGroup(
      id: "g", settings: GroupSettings(),
      at: Moment(wallClock: Timestamp(1_700_000_000_000), uptime: 0))
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
      if mustCheckOwners { checkOwners() }
      wakeCoordinator()
    }
    now = end
  }

  private func wakeCoordinator() {
    guard fault != .missesDeadlines, let next = group.nextDeadline, next != wakeUp else { return }
    wakeUp = next
    after(max(next - now, 0)) { [self] in
      wakeUp = nil
      if let due = group.nextDeadline, due <= now { store(group.expire(at: moment)) }
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
    for record in decision.records { check(record) }
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
    group = ClassicGroup(id: "g", settings: group.settings, at: moment)
    for record in log { group.replay(record) }
    if fault != .forgetsSessionsOnLoad { group.loaded(at: moment) }
    lastGeneration = group.generation
  }

  // MARK: Properties

  private func check(_ record: GroupRecord) {
    guard case .groupMetadata(_, let value?) = record else { return }
    trace += "\(now) generation \(value.generation) of \(value.members.map(\.memberID))\n"
    if value.generation < storedGeneration {
      fail("generation \(value.generation) is stored after \(storedGeneration)")
    }
    storedGeneration = value.generation
  }

  private func checkGeneration() {
    if group.generation < lastGeneration {
      fail("generation \(group.generation) follows \(lastGeneration)")
    }
    lastGeneration = group.generation
  }

  private func checkReplica() {
    guard group.isStored, group.state == .stable || group.state == .empty else { return }
    var replica = ClassicGroup(id: "g", settings: group.settings, at: moment)
    for record in log.suffix(3) { replica.replay(record) }
    let (said, found) = (replica.describe(), group.describe())
    if said != found || replica.generation != group.generation {
      let differing = zip(said.members, found.members).filter { $0 != $1 }.map(\.0.memberID)
      fail("the records differ from the group in \(differing) of \(found.members.count) members")
    }
  }

  private func checkOwners() {
    mustCheckOwners = false
    var owners: [SimulatedPartition: String] = [:]
    for process in processes {
      for partition in process.working(at: now) {
        if let other = owners[partition] {
          fail("\(partition) is owned by \(other) and by \(process.name)")
        }
        owners[partition] = process.name
      }
    }
  }

  /// That everybody alive is in one generation, and every partition that is subscribed to has one
  /// owner.
  func checkRest() {
    checkReplica()
    checkOwners()
    let alive = processes.filter { $0.phase != .gone }
    guard group.state == (alive.isEmpty ? .empty : .stable) else {
      return fail("at rest the group is \(group.state)")
    }
    if group.memberCount != alive.count {
      fail("\(alive.count) processes, \(group.memberCount) members")
    }
    var owners: [SimulatedPartition: Int] = [:]
    for process in alive {
      if process.generation != group.generation || process.phase != .stable {
        fail("\(process.name) is \(process.phase) in generation \(process.generation)")
      }
      for partition in process.working(at: now) { owners[partition, default: 0] += 1 }
    }
    let subscribed = alive.reduce(into: Set<String>()) { $0.formUnion($1.topics) }
    for partition in SimulatedPartition.all(of: topics)
    where owners[partition, default: 0] != (subscribed.contains(partition.topic) ? 1 : 0) {
      fail("at rest \(partition) has \(owners[partition, default: 0]) owners")
    }
  }
}
