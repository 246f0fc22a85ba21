import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// A group, its coordinator and its members under a seed: requests and answers are late or lost,
/// members come, go, hang, are slow and change their minds, topics grow and go, the coordinator
/// starts again, the wall clock jumps. After each event, no two members may have the same
/// partition. Then all is quiet, and soon each partition must have one.
struct GroupSimulation {
  enum Event {
    /// Each heartbeat at its time makes the next; those in between do not.
    case beat(process: Int, isRegular: Bool)
    case request(process: Int, number: Int, ConsumerGroupHeartbeatRequest)
    case answer(
      process: Int, number: Int, Result<ConsumerGroupHeartbeatResponse, CoordinatorError>)
    case giveUpWaiting(process: Int, number: Int)
    case chaos
    case coordinatorIsBack
    /// Somebody has something to do.
    case time
  }

  static let chaosEnd: Int64 = 120_000
  /// Sessions and revocations end, and then a few heartbeats each are enough.
  static let end: Int64 = chaosEnd + 45_000 + 60_000 + 6 * 5000
  private static let requestTimeout: Int64 = 4000

  var generator: SeededGenerator
  var coordinator: SimulatedCoordinator
  var consumers: [SimulatedConsumer] = []
  /// What each topic has; the number of its life is in its id.
  var topicSizes: [String: (life: UInt64, partitions: Int32)] = [:]
  var isCoordinatorUp = true
  private(set) var violations: [String] = []
  /// What happened, and what each member has after it.
  private(set) var trace = ""
  private(set) var now: Int64 = 0
  private var wallClock: Int64 = 1_700_000_000_000
  private var events: [(time: Int64, order: Int, event: Event)] = []
  private var order = 0
  private var requestNumber = 0
  /// When the last request of each process arrives: they arrive in the order in which they were
  /// sent.
  private var lastArrival: [Int: Int64] = [:]
  var topicLives: UInt64 = 0

  init(seed: UInt64, fault: SimulatedCoordinator.Fault? = nil) {
    generator = SeededGenerator(seed: seed)
    coordinator = SimulatedCoordinator(fault: fault)
  }

  // MARK: Running

  mutating func run() {
    startTopics()
    for _ in 0..<Int.random(in: 1...4, using: &generator) { startConsumer() }
    schedule(.chaos, in: 1000)
    while let event = nextEvent(), now < Self.end, violations.isEmpty {
      handle(event)
      settle()
      violations += coordinator.violations
      checkOwners()
      trace += line(event)
    }
    if violations.isEmpty { checkRest() }
  }

  var moment: Moment { Moment(wallClock: Timestamp(wallClock + now), uptime: now) }
  var isQuiet: Bool { now >= Self.chaosEnd }

  mutating func jumpWallClock() {
    wallClock += Int64.random(in: -100_000_000...100_000_000, using: &generator)
  }

  mutating func schedule(_ event: Event, in delay: Int64) {
    order += 1
    let entry = (time: now + delay, order: order, event: event)
    let index = events.firstIndex { ($0.time, $0.order) > (entry.time, entry.order) }
    events.insert(entry, at: index ?? events.count)
  }

  private mutating func nextEvent() -> Event? {
    guard !events.isEmpty else { return nil }
    let next = events.removeFirst()
    now = next.time
    return next.event
  }

  private mutating func handle(_ event: Event) {
    switch event {
    case .beat(let process, let isRegular): beat(process, isRegular)
    case .request(let process, let number, let request): arrive(process, number, request)
    case .answer(let process, let number, let answer):
      guard consumers[process].waitsFor == number, !consumers[process].isFrozen else { return }
      let before = consumers[process].owned
      consumers[process].receive(answer, at: now)
      if consumers[process].owned != before {
        schedule(.beat(process: process, isRegular: false), in: 10)
      }
    case .giveUpWaiting(let process, let number):
      guard consumers[process].waitsFor == number else { return }
      consumers[process].answerIsLost()
    case .chaos:
      guard !isQuiet else { return calmDown() }
      causeTrouble()
      schedule(.chaos, in: Int64.random(in: 200...12_000, using: &generator))
    case .coordinatorIsBack:
      isCoordinatorUp = true
      coordinator.restart(at: moment)
    case .time: break
    }
  }

  /// What is due by now, and when the next is.
  private mutating func settle() {
    if isCoordinatorUp, let deadline = coordinator.nextDeadline, deadline <= now {
      coordinator.expire(at: moment)
    }
    let session = Int64(coordinator.settings.consumerSessionTimeout)
    var next = isCoordinatorUp ? coordinator.nextDeadline : nil
    for index in consumers.indices {
      let before = consumers[index].owned
      consumers[index].pass(to: now, sessionTimeout: session)
      if consumers[index].owned != before {
        schedule(.beat(process: index, isRegular: false), in: 10)
      }
      let time = consumers[index].nextTime(sessionTimeout: session)
      next = [next, time].compactMap(\.self).min()
    }
    if let next, next > now, !events.contains(where: { $0.time <= next && isTime($0.event) }) {
      schedule(.time, in: next - now)
    }
  }

  private func isTime(_ event: Event) -> Bool { if case .time = event { true } else { false } }

  /// What an event came to: who has what, and how much is stored.
  private func line(_ event: Event) -> String {
    let what =
      switch event {
      case .beat(let process, let isRegular): "beat \(process) \(isRegular)"
      case .request(let process, let number, let request):
        "request \(process) \(number) \(request.memberEpoch)"
      case .answer(let process, let number, .success(let response)):
        "answer \(process) \(number) \(response.memberEpoch)"
      case .answer(let process, let number, .failure(let error)):
        "answer \(process) \(number) \(error.code)"
      case .giveUpWaiting(let process, let number): "timeout \(process) \(number)"
      case .chaos: "chaos"
      case .coordinatorIsBack: "restart"
      case .time: "time"
      }
    let owned = consumers.map { consumer in
      consumer.owned.sorted().map { "\($0.topic.rawValue).\($0.number)" }.joined(separator: ",")
    }
    return "\(now) \(what) \(coordinator.storedCount) \(owned.joined(separator: ";"))\n"
  }

  // MARK: Heartbeats

  mutating func startBeating(_ process: Int) {
    let delay = Int64.random(in: 0..<3000, using: &generator)
    schedule(.beat(process: process, isRegular: true), in: delay)
  }

  private mutating func beat(_ process: Int, _ isRegular: Bool) {
    guard consumers[process].phase != .gone, !consumers[process].isFrozen else { return }
    let isWaiting = consumers[process].waitsFor != nil
    if isRegular {
      schedule(.beat(process: process, isRegular: true), in: isWaiting ? 500 : 5000)
    }
    if isWaiting { return }
    requestNumber += 1
    let number = requestNumber
    let request = consumers[process].heartbeat(number: number, at: now)
    schedule(.giveUpWaiting(process: process, number: number), in: Self.requestTimeout)
    if isLost() { return }
    let arrival = max(now + delay(), lastArrival[process] ?? 0)
    lastArrival[process] = arrival
    schedule(.request(process: process, number: number, request), in: arrival - now)
  }

  private mutating func arrive(
    _ process: Int, _ number: Int, _ request: ConsumerGroupHeartbeatRequest
  ) {
    guard isCoordinatorUp else { return }
    let stored = coordinator.storedCount
    let answer = coordinator.heartbeat(request, at: moment)
    // The coordinator may fail before its records are stored, or after, and has not answered then.
    if !isQuiet, Int.random(in: 0..<100, using: &generator) == 0 {
      if Bool.random(using: &generator) { coordinator.loseAndRestart(to: stored, at: moment) }
      return
    }
    if isLost() { return }
    schedule(.answer(process: process, number: number, answer), in: delay())
  }

  private mutating func isLost() -> Bool {
    !isQuiet && Int.random(in: 0..<12, using: &generator) == 0
  }

  /// Mostly short, at times longer than anyone waits.
  private mutating func delay() -> Int64 {
    let isLong = !isQuiet && Int.random(in: 0..<15, using: &generator) == 0
    return Int64.random(in: isLong ? 1000...9000 : 1...50, using: &generator)
  }

  // MARK: Checks

  private mutating func checkOwners() {
    var owners: [IdentifiedPartition: String] = [:]
    for consumer in consumers {
      for partition in consumer.owned {
        if let other = owners.updateValue(consumer.memberID, forKey: partition) {
          violations.append("at \(now) both \(other) and \(consumer.memberID) have \(partition)")
        }
      }
    }
  }

  private mutating func checkRest() {
    let phase = coordinator.group.phase
    let live = consumers.filter { $0.phase == .member && !$0.isFrozen }
    if live.isEmpty ? ![.empty, .dead].contains(phase) : phase != .stable {
      violations.append("the group is \(phase.rawValue) at rest")
    }
    var expected: Set<IdentifiedPartition> = []
    for topic in coordinator.topics.topics {
      let isSubscribed = live.contains { consumer in
        consumer.topics.contains(topic.name)
          || consumer.pattern.map { topic.name.hasPrefix($0.prefix(1)) } ?? false
      }
      guard isSubscribed else { continue }
      for number in 0..<topic.partitionCount {
        expected.insert(IdentifiedPartition(topic: topic.id, number: number))
      }
    }
    let owned = Set(live.flatMap(\.owned))
    if owned != expected {
      violations.append(
        "at rest \(expected.subtracting(owned).sorted()) have no owner, "
          + "\(owned.subtracting(expected).sorted()) should have none")
    }
  }
}
