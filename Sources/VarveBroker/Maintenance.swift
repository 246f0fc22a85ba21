internal import Dispatch
internal import Synchronization
internal import VarveBase
internal import VarveLog

/// When the broker's upkeep is done. Two queues, which have a thread only while they work: a quick
/// one for syncs, retention and checkpoints, and one for rewriting segments, which may take seconds
/// and so must not hold up a sync that is due.
final class Maintenance: Sendable {
  /// The least and the most time between two looks at what is due, in milliseconds.
  static let pauses: ClosedRange<Int64> = 10...1000

  private let quick = DispatchQueue(label: "varve.maintenance", qos: .utility)
  private let rewriting = DispatchQueue(label: "varve.rewriting", qos: .background)
  private let state = Mutex(State())

  private struct State {
    var isRunning = false
    var retention = Periodic()
    var checkpoint = Periodic()
    var shares = Periodic()
  }

  func start(_ broker: Broker) {
    state.withLock { $0.isRunning = true }
    scheduleQuick(broker)
    scheduleRewriting(broker, [], after: Self.backoff(of: broker))
  }

  /// Returns once a step that runs has ended; none begins afterwards.
  func stop() {
    state.withLock { $0.isRunning = false }
    quick.sync {}
    rewriting.sync {}
  }

  private var isRunning: Bool { state.withLock { $0.isRunning } }

  private func scheduleQuick(_ broker: Broker) {
    let pause = Int(Self.pause(of: broker))
    quick.asyncAfter(deadline: .now() + .milliseconds(pause)) { [weak broker] in
      guard let broker, self.isRunning else { return }
      self.runQuick(broker)
      self.scheduleQuick(broker)
    }
  }

  /// Rests after each step for as long as it took, so that rewriting takes half of a core at most.
  ///
  /// A step is one of one partition: nobody who closes the broker waits for more than that.
  private func scheduleRewriting(
    _ broker: Broker, _ left: [RewriteTurn], after pause: DispatchTimeInterval
  ) {
    rewriting.asyncAfter(deadline: .now() + pause) { [weak broker] in
      guard let broker, self.isRunning else { return }
      var left = left
      let start = broker.time.monotonicNanoseconds
      let isMoreDue = broker.rewriteStep(&left)
      let took = Int(clamping: broker.time.monotonicNanoseconds - start)
      self.scheduleRewriting(
        broker, left, after: isMoreDue ? .nanoseconds(took) : Self.backoff(of: broker))
    }
  }

  private static func backoff(of broker: Broker) -> DispatchTimeInterval {
    .milliseconds(Int(clamping: broker.rewriteBackoffMilliseconds))
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

  /// Does what is due by the broker's clock.
  private func runQuick(_ broker: Broker) {
    let now = broker.time.now
    broker.syncDue()
    let (retention, checkpoint, shares) = state.withLock { state in
      (
        state.retention.isDue(at: now, every: broker.retentionCheckMilliseconds),
        state.checkpoint.isDue(at: now, every: broker.checkpointMilliseconds),
        state.shares.isDue(at: now, every: ShareMeters.interval)
      )
    }
    if shares { broker.shares.look() }
    if retention { broker.applyRetention() } else if checkpoint { broker.checkpoint() }
  }
}

/// When something was done last, and so when it is due again. The first look starts the interval.
private struct Periodic {
  var last: Timestamp?

  mutating func isDue(at now: Timestamp, every interval: Int64) -> Bool {
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
