import VarveBase
import VarveCoordination
import VarveProtocol

/// A process that is a member by the consumer protocol.
final class ConsumerProcess {
  let name: String
  var consumer: SimulatedConsumer
  /// Its requests arrive in the order in which they are sent.
  var lastArrival: Int64 = 0

  init(name: String, _ consumer: SimulatedConsumer) {
    self.name = name
    self.consumer = consumer
  }

  var isMember: Bool { consumer.phase == .member && !consumer.isFrozen }
  var isAlive: Bool { consumer.phase != .gone && !consumer.isFrozen }
  var isStaying: Bool { isAlive && consumer.phase != .leaving }

  func working(on topics: [String: Int32]) -> Set<SimulatedPartition> {
    let names = Dictionary(uniqueKeysWithValues: topics.keys.map { (GroupUnderTest.id($0), $0) })
    return Set(
      consumer.owned.compactMap { partition in
        names[partition.topic].map { SimulatedPartition(topic: $0, number: partition.number) }
      })
  }
}

/// What processes of the consumer protocol do.
extension ClassicWorld {
  private static let heartbeatInterval: Int64 = 5_000
  private static let requestTimeout: Int64 = 4_000

  func start(_ process: ConsumerProcess) {
    consumers.append(process)
    trace += "\(now) start \(process.name)\n"
    tick(process)
  }

  /// It gives up what it has and goes; a static one may be back.
  func leave(_ process: ConsumerProcess) {
    trace += "\(now) leave \(process.name)\n"
    process.consumer.leave()
    beat(process)
  }

  private func tick(_ process: ConsumerProcess) {
    guard process.isAlive else { return }
    let isWaiting = process.consumer.waitsFor != nil
    beat(process)
    after(isWaiting ? 500 : Self.heartbeatInterval) { [self] in tick(process) }
  }

  private func beat(_ process: ConsumerProcess) {
    guard process.isAlive, process.consumer.waitsFor == nil else { return }
    requestCount += 1
    let number = Int(requestCount)
    let request = process.consumer.heartbeat(number: number, at: now)
    after(Self.requestTimeout) {
      if process.consumer.waitsFor == number { process.consumer.answerIsLost() }
    }
    if !isCalm, chance(5) { return }
    process.lastArrival = max(now + delay, process.lastArrival)
    after(process.lastArrival - now) { [self] in arrive(process, number, request) }
  }

  private func arrive(
    _ process: ConsumerProcess, _ number: Int, _ request: ConsumerGroupHeartbeatRequest
  ) {
    if process.consumer.phase == .gone, request.memberEpoch >= 0 { return }
    let caller = Caller(
      request: RequestID(0), clientID: process.name, host: "/127.0.0.1", now: moment,
      newMemberID: "unnamed")
    do throws(CoordinatorError) {
      store(try coordinator.consumerGroupHeartbeat(request, by: caller)) {
        answer(process, number, .success($0))
      }
    } catch {
      answer(process, number, .failure(error))
    }
  }

  private func answer(
    _ process: ConsumerProcess, _ number: Int,
    _ answer: Result<ConsumerGroupHeartbeatResponse, CoordinatorError>
  ) {
    if !isCalm, chance(5) { return }
    after(delay) { [self] in
      guard process.consumer.waitsFor == number, !process.consumer.isFrozen else { return }
      let before = process.consumer.owned
      process.consumer.receive(answer, at: now)
      trace += "\(now) \(process.name) is \(process.consumer.phase) at \(process.consumer.epoch)\n"
      sawOwned(process, before)
    }
  }

  private func sawOwned(_ process: ConsumerProcess, _ before: Set<IdentifiedPartition>) {
    guard process.consumer.owned != before else { return }
    mustCheckOwners = true
    trace += "\(now) \(process.name) has \(process.consumer.owned.count)\n"
    after(10) { [self] in beat(process) }
  }

  /// What they do by time alone.
  func passConsumers() {
    let session = Int64(coordinator.settings.consumerSessionTimeout)
    var next: Int64?
    for process in consumers {
      let before = process.consumer.owned
      process.consumer.pass(to: now, sessionTimeout: session)
      sawOwned(process, before)
      next = [next, process.consumer.nextTime(sessionTimeout: session)].compactMap(\.self).min()
    }
    guard let next, next != consumerWakeUp else { return }
    consumerWakeUp = next
    after(max(next - now, 0)) { [self] in consumerWakeUp = nil }
  }
}
