import Varve
import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// Clients that process their input in transactions, several instances of some at a time, over a
/// network that loses, doubles and delays, and brokers that are restarted.
struct TransactionSimulation {
  enum Event {
    case think(client: Int)
    case deliver(client: Int, operation: Int, SimulatedRequest, SimulatedProducer?)
    case answer(client: Int, operation: Int, SimulatedReply)
    case sendAgain(client: Int, operation: Int)
    case startInstance(slot: Int)
    case crashClient, restartBroker, jumpClock, mark, read
    case deadline
  }

  private static let slotCount = 3
  /// Until then clients run and things go wrong, in milliseconds.
  private static let workEnd: Int64 = 15_000
  /// By then every transaction has timed out and every marker is written.
  private static let restEnd: Int64 = 60_000

  private var simulation: Simulation<Event>
  private var cluster: SimulatedCluster
  private var clients: [SimulatedClient] = []
  private var history = SimulatedHistory()
  private var positions: [Offset] = Array(repeating: 0, count: SimulatedHistory.partitionCount)
  /// How long a message takes at most, and how many in a thousand are lost or doubled.
  private let delayMax: Int64
  private let faultRate: Int
  /// Whether markers are about to be written.
  private var isMarking = false
  /// The deadline that is ordered.
  private var wakeUp = Int64.max
  private var committedInputs: Int64 = 0

  private init(seed: UInt64, fault: SimulatedCluster.Fault?) {
    simulation = Simulation(seed: seed)
    cluster = SimulatedCluster(fault: fault)
    delayMax = [5, 20, 100].randomElement(using: &simulation.random) ?? 20
    faultRate = [0, 20, 80].randomElement(using: &simulation.random) ?? 0
  }

  /// What went wrong with a seed; nothing where all is well.
  static func run(
    seed: UInt64, fault: SimulatedCluster.Fault? = nil
  ) -> (violations: [String], trace: SimulationTrace, committed: Int64) {
    var world = TransactionSimulation(seed: seed, fault: fault)
    world.work()
    world.rest()
    let violations = world.violations()
    return (violations, world.simulation.trace, world.committedInputs)
  }

  private var now: Moment {
    Moment(wallClock: simulation.clock.now, uptime: simulation.clock.milliseconds)
  }

  private var isWorking: Bool { simulation.clock.milliseconds < Self.workEnd }

  private mutating func work() {
    if Bool.random(using: &simulation.random) {
      cluster.load(
        (0..<Self.slotCount).map { .init("tx-\($0)", .nearlyOutOfEpochs(Int64($0), now)) }, at: now)
    }
    for slot in 0..<Self.slotCount {
      simulation.schedule(.startInstance(slot: slot), after: 0...50)
    }
    for event in [Event.crashClient, .restartBroker, .jumpClock] {
      simulation.schedule(event, after: 0...4_000)
    }
    simulation.schedule(.read, after: 0...500)
    run(until: Self.workEnd)
  }

  /// Clients are gone; the brokers finish what is open.
  private mutating func rest() {
    for index in clients.indices { clients[index].isAlive = false }
    run(until: Self.restEnd)
  }

  private mutating func run(until end: Int64) {
    while let event = simulation.next(before: end) {
      cluster.expire(at: now)
      handle(event)
      orderWakeUps()
    }
  }

  private mutating func orderWakeUps() {
    if !isMarking, !cluster.marking.isEmpty {
      isMarking = true
      simulation.schedule(.mark, after: 1...20)
    }
    guard let deadline = cluster.coordinator.nextDeadline, deadline < wakeUp else { return }
    wakeUp = deadline
    simulation.schedule(.deadline, after: max(0, deadline - simulation.clock.milliseconds))
  }

  // MARK: - Events

  private mutating func handle(_ event: Event) {
    switch event {
    case .think(let index): think(index)
    case .deliver(let index, let operation, let request, let producer):
      deliver(index, operation, request, producer)
    case .answer(let index, let operation, let reply): answer(index, operation, reply)
    case .sendAgain(let index, let operation): sendAgain(index, operation)
    case .startInstance(let slot): startInstance(slot)
    case .crashClient: crashClient()
    case .restartBroker:
      simulation.note("broker restarts")
      cluster.restart(at: now)
      again(.restartBroker, 500...4_000)
    case .jumpClock:
      simulation.jump(byMilliseconds: Int64.random(in: -3_000...3_000, using: &simulation.random))
      again(.jumpClock, 1_000...8_000)
    case .mark: mark()
    case .read: read()
    case .deadline: wakeUp = .max
    }
  }

  private mutating func again(_ event: Event, _ delays: ClosedRange<Int64>) {
    if isWorking { simulation.schedule(event, after: delays) }
  }

  private mutating func startInstance(_ slot: Int) {
    guard isWorking else { return }
    let client = SimulatedClient(
      slot: slot, number: clients.count,
      version: Bool.random(using: &simulation.random) ? 1 : 2)
    clients.append(client)
    simulation.note("client \(client.number) starts for slot \(slot), version \(client.version)")
    simulation.schedule(.think(client: client.number), after: 0...5)
    if happens(30) { simulation.schedule(.startInstance(slot: slot), after: 100...5_000) }
  }

  private mutating func crashClient() {
    let alive = clients.indices.filter { clients[$0].isAlive }
    if let index = alive.randomElement(using: &simulation.random) { stop(index, "crashes") }
    again(.crashClient, 500...4_000)
  }

  private mutating func stop(_ index: Int, _ reason: String) {
    clients[index].isAlive = false
    simulation.note("client \(index) \(reason)")
    let slot = clients[index].slot
    if !clients.contains(where: { $0.slot == slot && $0.isAlive }) {
      again(.startInstance(slot: slot), 10...1_000)
    }
  }

  private mutating func think(_ index: Int) {
    guard clients[index].isAlive, clients[index].request == nil else { return }
    clients[index].request = clients[index].next(&history, &simulation.random)
    clients[index].operation += 1
    send(index)
  }

  private mutating func send(_ index: Int) {
    let client = clients[index]
    guard let request = client.request else { return }
    let event = Event.deliver(
      client: index, operation: client.operation, request, client.producer)
    let copies = happens(faultRate) ? 2 : 1
    for _ in 0..<copies where !happens(faultRate) { schedule(event, of: index) }
    simulation.schedule(
      .sendAgain(client: index, operation: client.operation), after: 50 + 2 * delayMax)
  }

  /// Requests of version 1 arrive in order: it has no way to tell a late one from the next.
  private mutating func schedule(_ event: Event, of index: Int) {
    var delay = Int64.random(in: 0...delayMax, using: &simulation.random)
    if clients[index].version == 1 {
      let arrival = max(simulation.clock.milliseconds + delay, clients[index].lane + 1)
      clients[index].lane = arrival
      delay = arrival - simulation.clock.milliseconds
    } else if happens(faultRate) {
      delay *= 20
    }
    simulation.schedule(event, after: delay)
  }

  private mutating func sendAgain(_ index: Int, _ operation: Int) {
    guard clients[index].isAlive, clients[index].operation == operation,
      clients[index].request != nil
    else { return }
    send(index)
  }

  private mutating func deliver(
    _ index: Int, _ operation: Int, _ request: SimulatedRequest, _ producer: SimulatedProducer?
  ) {
    let client = clients[index]
    let reply = cluster.answer(request, of: client, as: producer, at: now, fate: fate())
    simulation.note(
      "client \(index) as \(producer.map(\.description) ?? "nobody"): \(request):"
        + " \(reply.map { "\($0.code) \($0.producer.map(\.description) ?? "")" } ?? "no reply")")
    guard let reply, !happens(faultRate) else { return }
    simulation.schedule(
      .answer(client: index, operation: operation, reply), after: 0...delayMax)
  }

  private mutating func fate() -> SimulatedCluster.Fate {
    guard isWorking, happens(faultRate / 2) else { return .stored }
    return [.lostBefore, .lostAfter, .refused].randomElement(using: &simulation.random) ?? .stored
  }

  private mutating func answer(_ index: Int, _ operation: Int, _ reply: SimulatedReply) {
    guard clients[index].isAlive, clients[index].operation == operation,
      clients[index].request != nil
    else { return }
    switch reply.code {
    case .concurrentTransactions, .unstableOffsetCommit, .coordinatorNotAvailable:
      return
    default: break
    }
    guard clients[index].take(reply, &history) else {
      return stop(index, "stops: \(reply.code)")
    }
    clients[index].request = nil
    let pause: Int64 = happens(15) ? 4_000 : 10
    simulation.schedule(.think(client: index), after: 0...pause)
  }

  private mutating func mark() {
    for number in cluster.marking.keys.sorted() where !happens(300) {
      cluster.mark(number, at: now, &simulation.random)
    }
    isMarking = false
  }

  private mutating func read() {
    for partition in positions.indices {
      for (offset, id) in cluster.partitions[partition].fetched(from: positions[partition]) {
        let sighting = RecordSighting(
          id, in: SimulatedHistory.output(partition), at: offset, isolation: .readCommitted)
        history.events.append(.read(sighting, by: GroupMember("reader")))
      }
      positions[partition] = cluster.partitions[partition].lastStableOffset
    }
    again(.read, 10...500)
  }

  private mutating func happens(_ perThousand: Int) -> Bool {
    Int.random(in: 0..<1_000, using: &simulation.random) < perThousand
  }
}

// MARK: - What must hold

extension TransactionSimulation {
  private mutating func violations() -> [String] {
    audit()
    var violations = cluster.violations
    violations += history.events.violations().map(\.description)
    for (index, partition) in cluster.partitions.enumerated()
    where partition.lastStableOffset != partition.end {
      violations.append("a transaction stays open in partition \(index) for ever")
    }
    for (id, state) in cluster.coordinator.transactions
    where state.status == .ongoing || state.status.isPrepared {
      violations.append("\(id) stays \(state.status.name) for ever")
    }
    var replica = TransactionCoordinator(SimulatedCluster.settings, coordinatorEpoch: 0)
    for record in cluster.stored { replica.replay(record) }
    if replica.transactions != cluster.coordinator.transactions {
      violations.append("the records do not give the state")
    }
    for slot in 0..<Self.slotCount { violations += inputViolations(slot) }
    return violations
  }

  private mutating func audit() {
    for (index, partition) in cluster.partitions.dropLast().enumerated() {
      let name = SimulatedHistory.output(index)
      for isolation in [Isolation.readUncommitted, .readCommitted] {
        history.events.append(.auditing(name, isolation, from: 0))
        for (offset, id) in partition.records(committed: isolation == .readCommitted) {
          history.events.append(
            .audited(RecordSighting(id, in: name, at: offset, isolation: isolation)))
        }
      }
    }
    for slot in 0..<Self.slotCount {
      let offset = cluster.partitions[SimulatedCluster.offsets].committedOffset(of: slot)
      guard let offset, offset > 0 else { continue }
      history.events.append(
        .fetchedOffset(group: "tx-\(slot)", SimulatedHistory.input(slot), Offset(offset)))
    }
  }

  /// Each input record up to the committed offset has one output record, and no other has.
  private mutating func inputViolations(_ slot: Int) -> [String] {
    let offsets = cluster.partitions[SimulatedCluster.offsets]
    guard let committed = offsets.committedOffset(of: slot) else { return [] }
    committedInputs += committed
    var outputs: [UInt64: Int] = [:]
    for partition in cluster.partitions.dropLast() {
      for (_, id) in partition.records(committed: true) {
        guard let source = history.sources[id]?.rawValue,
          source / SimulatedHistory.inputs == UInt64(slot)
        else { continue }
        outputs[source % SimulatedHistory.inputs, default: 0] += 1
      }
    }
    let expected = Dictionary(uniqueKeysWithValues: (0..<UInt64(committed)).map { ($0, 1) })
    return outputs == expected
      ? [] : ["slot \(slot) has committed \(committed), and its output is of \(outputs)"]
  }
}

extension TransactionLogValue {
  fileprivate static func nearlyOutOfEpochs(_ slot: Int64, _ now: Moment) -> Self {
    var value = Self()
    (value.producerID, value.producerEpoch) = (slot, Int16.max - 4)
    value.transactionStatus = TransactionStatus.empty.rawValue
    value.transactionTimeoutMilliseconds = 1_500
    value.transactionLastUpdateTimestampMilliseconds = now.wallClock.rawValue
    value.transactionStartTimestampMilliseconds = -1
    return value
  }
}
