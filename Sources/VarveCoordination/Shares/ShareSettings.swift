/// What a share group's configuration says of delivering. The defaults are Kafka's.
package struct ShareSettings: Equatable, Sendable {
  /// For how many milliseconds a record is its consumer's (`share.record.lock.duration.ms`).
  package var lockDuration: Int64 = 30_000
  /// How many records of a partition may be out at a time (`share.partition.max.record.locks`).
  package var recordLocksMax = 2_000
  /// How often a record is delivered at most (`share.delivery.count.limit`).
  package var deliveriesMax: Int16 = 5
  /// Whether a record that failed for good is copied to a topic before it is done with.
  package var hasDeadLetters = false
  /// Whether what happens to records is told.
  package var isTraced = false
  /// What a queue has beyond Kafka's share groups; nil where the group is not one.
  package var queue: QueueSettings?

  package init() {}
}

/// What Varve has beyond Kafka's share groups: delays, backoff, a time-to-live, priorities and
/// deduplication.
package struct QueueSettings: Equatable, Sendable {
  package var backoff = RetryBackoff()
  /// Whether lower priorities are served as well while there are higher ones, in proportion to
  /// their rank.
  package var weighsPriorities = false
  /// For how many milliseconds a message id is remembered; 0 for not at all.
  package var deduplicationWindow: Int64 = 0
  /// How many message ids are remembered at most.
  package var deduplicationIDsMax = 1_000_000
  /// How many records that can be delivered are looked at ahead of those that are, so that one of a
  /// high priority overtakes them.
  package var lookaheadMax: Int64 = 1_000_000

  package init() {}
}

/// How long a record that was released waits before it is delivered again.
package struct RetryBackoff: Equatable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case fixed
    /// The delay times the deliveries so far.
    case linear
    /// The delay, doubled with each delivery after the first.
    case exponential
  }

  package var kind = Kind.fixed
  /// Milliseconds.
  package var delay: Int64 = 0
  package var delayMax: Int64 = 3_600_000

  package init() {}

  /// Milliseconds to wait after so many deliveries.
  package func delay(after deliveries: Int16) -> Int64 {
    let count = Int64(max(deliveries, 1))
    let factor: Int64
    switch kind {
    case .fixed: factor = 1
    case .linear: factor = count
    case .exponential: factor = count > 62 ? .max : 1 << (count - 1)
    }
    let (product, overflows) = max(delay, 0).multipliedReportingOverflow(by: factor)
    return overflows ? delayMax : min(product, delayMax)
  }
}
