import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// Workers that accept, release, reject, park, hold and vanish; a coordinator that crashes; clocks
/// that jump; dead letters that are copied late. What the coordinator does is compared with the
/// model at every step.
struct ShareSimulation {
  private var random: SeededGenerator
  private var model = ShareModel()
  private var coordinator = ShareCoordinator()
  private var stored: [ShareStateRecord] = []
  private var letters: [DeadLetter] = []
  private var now = Moment(wallClock: Timestamp(1_700_000_000_000), uptime: 1_000)
  private let key = SharePartitionKey(
    group: "workers", topicID: TopicID(rawValue: 7), partition: 0)
  private var settings = ShareSettings()
  /// What the clock has said at the most.
  private var latest: Int64 = 0
  private(set) var violations: [String] = []
  private(set) var accepted = 0
  private(set) var redelivered = 0
  private(set) var deadLettered = 0
  private(set) var woken = 0
  private(set) var copies = 0

  init(seed: UInt64, isQueue: Bool) {
    random = SeededGenerator(seed: seed)
    settings.lockDuration = 500
    settings.recordLocksMax = number(1...60)
    settings.deliveriesMax = Int16(number(1...5))
    settings.hasDeadLetters = chance(2)
    if isQueue {
      var queue = QueueSettings()
      queue.backoff.kind = RetryBackoff.Kind.allCases.randomElement(using: &random)!
      queue.backoff.delay = Int64(number(0...300))
      queue.deduplicationWindow = chance(2) ? 1_000 : 0
      settings.queue = queue
    }
    model.settings = settings
  }

  static func run(seed: UInt64, isQueue: Bool, steps: Int = 300) -> ShareSimulation {
    var simulation = ShareSimulation(seed: seed, isQueue: isQueue)
    simulation.keep(simulation.coordinator.begin(simulation.key, from: 0, at: simulation.now))
    for _ in 0..<steps where simulation.violations.isEmpty { simulation.step() }
    if simulation.violations.isEmpty { simulation.drain() }
    return simulation
  }

  // MARK: Steps

  private mutating func step() {
    switch number(0...22) {
    case 0...3: append(number(1...20))
    case 4...8: acquire("worker-\(number(0...3))", number(1...12))
    case 9...13: acknowledge("worker-\(number(0...3))")
    case 14...15: pass(Int64(number(1...200)))
    case 16: now.wallClock = Timestamp(now.wallClock.rawValue + Int64(number(0...900)))
    case 17: copyLetters()
    case 18: leave("worker-\(number(0...3))")
    case 19...20: unpark("token-\(number(0...3))")
    case 21: ask()
    default: if chance(3) { crash() }
    }
  }

  private mutating func append(_ count: Int) {
    for _ in 0..<count {
      var record = ShareModel.Record(offset: Int64(model.records.count))
      record.timestamp = now.wallClock.rawValue
      record.isGap = chance(8)
      if settings.queue != nil, !record.isGap {
        if chance(3) { record.priority = UInt8(number(0...31)) }
        if chance(4) { record.availableAt = record.timestamp + Int64(number(0...600)) }
        if chance(5) { record.expiresAt = record.timestamp + Int64(number(1...900)) }
        if chance(3) { record.messageID = number(0...30) }
      }
      model.records.append(record)
    }
  }

  private mutating func acquire(_ member: String, _ limit: Int) {
    expireModel()
    model.dropRepeated()
    let expected = model.next(
      limit, at: now, scanEnd: coordinator.partitions[key]?.scanEnd ?? 0)
    for _ in 0..<200 {
      let decision = coordinator.acquire(
        key, for: member, limit: limit, log: 0..<Int64(model.records.count), settings, at: now)
      keep(decision)
      guard case .records(let acquired) = decision.reply else {
        provide(decision.reply)
        continue
      }
      return check(acquired, expected, member)
    }
    fail("acquire does not come to an end")
  }

  /// Does what the coordinator asks for before it can answer.
  private mutating func provide(_ need: Acquisition) {
    switch need {
    case .unknown: fail("unknown")
    case .recall(let offset, let milliseconds):
      let before =
        model.records.first { $0.offset >= offset }?.timestamp ?? now.wallClock.rawValue
      let since = min(before, now.wallClock.rawValue) - milliseconds
      let from = model.records.first { $0.timestamp >= since }?.offset
      coordinator.recall(key, from: from ?? Int64(model.records.count))
    case .scan(let start): scan(from: start)
    case .again, .records: break
    }
  }

  /// Asks what a record is a copy of.
  private mutating func ask() {
    guard let record = model.records.randomElement(using: &random) else { return }
    expireModel()
    model.dropRepeated()
    for _ in 0..<200 {
      let decision = coordinator.first(
        ofCopyAt: record.offset, in: key, log: 0..<Int64(model.records.count), settings, at: now)
      keep(decision)
      switch decision.reply {
      case .needs(let need): provide(need)
      case .found(let first):
        let expected = model.records[Int(record.offset)].copyOf
        if first != expected {
          fail("\(record.offset) is a copy of \(first ?? -1), not \(expected ?? -1)")
        }
        if first != nil { copies += 1 }
        return
      }
    }
    fail("the question does not come to an end")
  }

  private mutating func unpark(_ token: String) {
    expireModel()
    let decision = coordinator.unpark(token, of: key, settings, at: now)
    keep(decision)
    let expected = model.unpark(token)
    if decision.reply != expected { fail("woke \(decision.reply) of \(token), not \(expected)") }
    woken += expected
  }

  private mutating func scan(from start: Int64) {
    let end = min(Int64(model.records.count), start + Int64(number(1...30)))
    var items: [ShareScan.Item] = []
    for index in Int(start)..<Int(end) {
      let record = model.records[index]
      let offsets = record.offset...record.offset
      if record.isGap {
        if chance(2) { items.append(.gone(offsets)) }
      } else if settings.queue == nil {
        items.append(.records(offsets))
      } else {
        var queued = QueuedRecord(offset: record.offset)
        queued.priority = record.priority
        queued.availableAt = record.availableAt
        queued.expiresAt = record.expiresAt
        queued.timestamp = record.timestamp
        queued.digest = record.messageID.map { UInt128($0) }
        items.append(.queued(queued))
      }
    }
    let scan = ShareScan(start: start, end: end, items: items)
    keep(coordinator.take(scan, of: key, settings, at: now))
  }

  private mutating func check(
    _ acquired: [AcquiredRecords], _ expected: [Int64], _ member: String
  ) {
    for range in acquired {
      for offset in range.offsets {
        let record = model.records[Int(offset)]
        if !model.isAvailable(record, at: now) { fail("\(offset) is not to be had: \(record)") }
        if range.deliveryCount != record.deliveries + 1 {
          fail("\(offset) delivered \(range.deliveryCount) times, not \(record.deliveries + 1)")
        }
        if record.deliveries > 0 { redelivered += 1 }
        model.records[Int(offset)].deliveries += 1
        model.records[Int(offset)].holder = member
        model.records[Int(offset)].heldUntil = now.uptime + settings.lockDuration
      }
    }
    compare(acquired.flatMap { Array($0.offsets) }, with: expected)
  }

  private mutating func compare(_ offsets: [Int64], with expected: [Int64]) {
    guard let partition = coordinator.partitions[key] else { return fail("it is forgotten") }
    guard offsets == Array(expected.prefix(offsets.count)) else {
      return fail("got \(offsets) of \(expected)")
    }
    if offsets.count == expected.count { return }
    // A plain group looks no further than it has to; dead letters take the place of records.
    let isFull = partition.lockedCount + partition.failingCount >= settings.recordLocksMax
    let isShort = settings.queue == nil && !offsets.isEmpty
    if !isFull, !isShort { fail("got \(offsets), not \(expected)") }
  }

  private mutating func acknowledge(_ member: String) {
    expireModel()
    let held = model.records.filter { $0.holder == member }.map(\.offset)
    guard let first = held.randomElement(using: &random) else { return refuse(member) }
    let offsets = first...first
    let type = AcknowledgeType.allCases.randomElement(using: &random)!
    let retryDelay = chance(4) ? Int64(number(0...200)) : nil
    let token = type == .release && chance(2) ? "token-\(number(0...3))" : nil
    do throws(CoordinatorError) {
      keep(
        try coordinator.acknowledge(
          [Acknowledgement(offsets, [type], retryDelay: retryDelay, token: token)], of: key,
          by: member, settings, at: now))
    } catch { return fail("acknowledging \(first): \(error)") }
    if let token { return model.park(first, under: token) }
    apply(type, first, retryDelay)
  }

  private mutating func apply(_ type: AcknowledgeType, _ offset: Int64, _ retryDelay: Int64?) {
    switch type {
    case .gap: model.end(of: offset)
    case .accept:
      accepted += 1
      model.end(of: offset)
    case .reject: model.fail(offset, .rejected)
    case .renew: model.records[Int(offset)].heldUntil = now.uptime + settings.lockDuration
    case .release:
      let deliveries = model.records[Int(offset)].deliveries
      let delay = retryDelay ?? settings.queue?.backoff.delay(after: deliveries) ?? 0
      model.giveBack(offset, delay: delay, at: now)
    }
  }

  /// What a worker has not, it cannot acknowledge.
  private mutating func refuse(_ member: String) {
    guard let record = model.records.randomElement(using: &random) else { return }
    do throws(CoordinatorError) {
      _ = try coordinator.acknowledge(
        [Acknowledgement(record.offset...record.offset, [.accept])], of: key, by: member,
        settings, at: now)
      fail("\(member) acknowledged \(record.offset), which it did not have")
    } catch {
      if error.code != .invalidRecordState { fail("\(error)") }
    }
  }

  private mutating func leave(_ member: String) {
    expireModel()
    for record in model.records where record.holder == member {
      model.giveBack(record.offset, delay: 0, at: now)
    }
    keep(coordinator.release(key, of: member, settings, at: now))
  }

  private mutating func pass(_ milliseconds: Int64) {
    now.uptime += milliseconds
    now.wallClock = Timestamp(now.wallClock.rawValue + milliseconds)
    expireModel()
  }

  private mutating func expireModel() {
    model.expire(at: now)
    if let next = coordinator.nextDeadline, next <= now.uptime {
      keep(coordinator.expire(at: now))
    }
  }

  private mutating func copyLetters() {
    guard !letters.isEmpty else { return }
    let offsets = letters.map(\.offset)
    letters = []
    deadLettered += offsets.count
    for offset in offsets { model.end(of: offset) }
    keep(coordinator.deadLettered(offsets, of: key, at: now))
  }

  /// The coordinator's process ends, and the next one has what was stored.
  private mutating func crash() {
    // What was due is due no more where the clock goes back, and the next one has not seen it.
    latest = max(latest, now.wallClock.rawValue)
    if chance(2) {
      let earlier = now.wallClock.rawValue - Int64(number(0...400))
      now.wallClock = Timestamp(max(earlier, latest - 400))
    }
    coordinator = ShareCoordinator()
    for record in stored { coordinator.replay(record, producerID: nil) }
    letters = []
    keep(coordinator.loaded(at: now))
    model.crash()
  }

  /// At the end, workers that do their work leave nothing.
  private mutating func drain() {
    settings.lockDuration = 1_000_000
    for _ in 0..<2_000 where violations.isEmpty {
      pass(700)
      for number in 0...3 { unpark("token-\(number)") }
      copyLetters()
      acquire("worker-0", 50)
      for record in model.records where record.holder == "worker-0" {
        do throws(CoordinatorError) {
          keep(
            try coordinator.acknowledge(
              [Acknowledgement(record.offset...record.offset, [.accept])], of: key,
              by: "worker-0", settings, at: now))
        } catch { fail("\(error)") }
        accepted += 1
        model.end(of: record.offset)
      }
      let isOver = model.records.allSatisfy { record in
        record.isDone || record.isGap
          || record.expiresAt.map { $0 <= now.wallClock.rawValue } ?? false
            && record.failure == nil
      }
      if isOver, coordinator.partitions[key]?.startOffset == Int64(model.records.count) { return }
    }
    fail("records are left: \(model.records.filter { !$0.isDone && !$0.isGap }.map(\.offset))")
  }

  // MARK: -

  private mutating func keep<Reply>(_ decision: ShareDecision<Reply>) {
    stored += decision.records
    for case .copy(_, let failed) in decision.effects {
      letters += failed
      for letter in failed {
        let record = model.records[Int(letter.offset)]
        if letter.failure == .expired {
          model.records[Int(letter.offset)].failure = .expired
          model.records[Int(letter.offset)].token = nil
        }
        if record.isDone { fail("\(letter) is done with") }
      }
    }
    // What expired is done with when it is found, and stays so whatever the clock does.
    guard let partition = coordinator.partitions[key] else { return }
    for record in model.records.prefix(Int(partition.scanEnd)) where !record.isDone {
      let isOver = record.expiresAt.map { $0 <= now.wallClock.rawValue } ?? false
      let offset = record.offset
      if isOver, offset < partition.startOffset || partition.done.contains(offset) {
        model.end(of: offset)
      }
    }
  }

  private mutating func fail(_ violation: String) { violations.append(violation) }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  /// True once in `count` times.
  private mutating func chance(_ count: Int) -> Bool { number(1...count) == 1 }
}
