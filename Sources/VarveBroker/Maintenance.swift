internal import Dispatch
internal import Synchronization
internal import VarveBase
internal import VarveLog

/// The broker's upkeep: syncs that are due, retention, checkpoints. One queue of its own, which has
/// a thread only while it works; one partition after the other, so that appends wait for none of it
/// longer than a step takes.
final class Maintenance: Sendable {
  /// The least and the most time between two looks at what is due, in milliseconds.
  static let pauses: ClosedRange<Int64> = 10...1000

  private let queue = DispatchQueue(label: "varve.maintenance", qos: .utility)
  private let state = Mutex(State())

  private struct State {
    var isRunning = false
    var retention = Periodic(interval: Broker.retentionCheckMilliseconds)
    var checkpoint = Periodic(interval: Broker.checkpointMilliseconds)

    mutating func due(at now: Timestamp) -> (retention: Bool, checkpoint: Bool) {
      (retention.isDue(at: now), checkpoint.isDue(at: now))
    }
  }

  func start(_ broker: Broker) {
    state.withLock { $0.isRunning = true }
    schedule(broker)
  }

  /// Returns once a step that runs has ended; none begins afterwards.
  func stop() {
    state.withLock { $0.isRunning = false }
    queue.sync {}
  }

  private func schedule(_ broker: Broker) {
    let pause = Int(Self.pause(of: broker))
    queue.asyncAfter(deadline: .now() + .milliseconds(pause)) { [weak broker] in
      guard let broker, self.state.withLock({ $0.isRunning }) else { return }
      self.run(broker)
      self.schedule(broker)
    }
  }

  /// Half of the shortest sync interval that a topic asks for.
  private static func pause(of broker: Broker) -> Int64 {
    var shortest = pauses.upperBound * 2
    for partition in broker.allPartitions {
      let configuration = partition.log.configuration
      shortest = min(shortest, configuration.flushMilliseconds)
      if configuration.durability == .interval {
        shortest = min(shortest, configuration.flushIntervalMilliseconds)
      }
    }
    return min(max(shortest / 2, pauses.lowerBound), pauses.upperBound)
  }

  /// Does what is due.
  func run(_ broker: Broker) {
    let now = broker.time.now
    let partitions = broker.allPartitions
    for partition in partitions where partition.log.isFlushDue {
      broker.attempt("sync", of: partition.id) { () throws(LogError) in
        try partition.log.flush()
      }
    }
    let due = state.withLock { $0.due(at: now) }
    if due.retention {
      for partition in partitions { broker.keepHouse(partition) }
    }
    if due.checkpoint {
      broker.attempt("checkpoint", of: nil) { () throws(LogError) in
        try broker.writeCheckpoints(of: partitions)
      }
    }
  }
}

/// When something was done last, and so when it is due again. The first look starts the interval.
private struct Periodic {
  let interval: Int64
  var last: Timestamp?

  mutating func isDue(at now: Timestamp) -> Bool {
    guard let last else {
      self.last = now
      return false
    }
    // A clock that was set back must not put things off for as long.
    guard now.rawValue - last.rawValue >= interval || now < last else { return false }
    self.last = now
    return true
  }
}

extension Broker {
  /// `log.retention.check.interval.ms`.
  static let retentionCheckMilliseconds: Int64 = 300_000
  /// `log.flush.offset.checkpoint.interval.ms`.
  static let checkpointMilliseconds: Int64 = 60_000

  /// Does the upkeep that is due by the broker's clock, on this thread.
  package func runMaintenance() { maintenance.run(self) }

  fileprivate func keepHouse(_ partition: Partition) {
    attempt("retention", of: partition.id) { () throws(LogError) in
      try partition.log.applyRetention()
    }
  }

  /// Runs a step of the upkeep. What fails is reported, and tried again when it is due again.
  fileprivate func attempt<Result>(
    _ step: String, of partition: TopicPartition?, _ body: () throws(LogError) -> Result
  ) {
    do { _ = try body() } catch {
      if error.code == .closed { return }
      options.logger.log(
        .error, "\(step) failed; it is tried again when it is due again",
        [.partition: partition?.description ?? "", .error: error.description])
    }
  }
}
