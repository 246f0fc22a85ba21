/// A config of a group, by Kafka's name: `share.` for what Kafka has, `varve.` for what it has not.
public struct GroupConfig: Hashable, Sendable, CustomStringConvertible {
  public let name: String
  public let value: String

  /// Any config, as text.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  public var description: String { "\(name)=\(value)" }
}

extension GroupConfig {
  /// Headers of records say when, for how long and before which others they are delivered
  /// (`varve.queue.enable`). Off, which is the default, a share group is Kafka's.
  public static func queue(_ isEnabled: Bool = true) -> GroupConfig {
    GroupConfig("varve.queue.enable", isEnabled ? "true" : "false")
  }

  /// Where a group begins in a partition that it has not read: with the first record that there is,
  /// or with the next to come, which is the default (`share.auto.offset.reset`).
  public static func begins(withFirstRecord: Bool) -> GroupConfig {
    GroupConfig("share.auto.offset.reset", withFirstRecord ? "earliest" : "latest")
  }

  /// For how long a record is its consumer's (`share.record.lock.duration.ms`): 30 seconds by
  /// default, from 1 second up to the server's bound.
  public static func lockDuration(_ duration: Duration) -> GroupConfig {
    GroupConfig("share.record.lock.duration.ms", "\(duration.milliseconds)")
  }

  /// How often a record is delivered at most (`share.delivery.count.limit`): 5 by default.
  public static func deliveriesMax(_ count: Int) -> GroupConfig {
    GroupConfig("share.delivery.count.limit", "\(count)")
  }

  /// Where records go that the group gives up (`errors.deadletterqueue.topic.name`, KIP-1191). The
  /// topic has to exist, and to be another than theirs.
  public static func deadLetters(_ topic: String) -> GroupConfig {
    GroupConfig("errors.deadletterqueue.topic.name", topic)
  }

  /// How long a record that was released waits before its next delivery (`varve.retry.…`);
  /// `growth` says what its deliveries do to that. For groups with ``queue(_:)``.
  public static func retryDelay(
    _ delay: Duration, growing growth: RetryGrowth = .fixed, upTo longest: Duration = .seconds(3600)
  ) -> [GroupConfig] {
    [
      GroupConfig("varve.retry.delay.ms", "\(delay.milliseconds)"),
      GroupConfig("varve.retry.delay.max.ms", "\(longest.milliseconds)"),
      GroupConfig("varve.retry.backoff", growth.rawValue),
    ]
  }

  /// For how long after its timestamp a record may be delivered that says nothing itself
  /// (`varve.ttl.ms`). For groups with ``queue(_:)``.
  public static func timeToLive(_ duration: Duration) -> GroupConfig {
    GroupConfig("varve.ttl.ms", "\(duration.milliseconds)")
  }

  /// Whether records of a lower priority wait until there is none of a higher one, which is the
  /// default, or come less often (`varve.priority.order`). For groups with ``queue(_:)``.
  public static func weighsPriorities(_ isWeighted: Bool) -> GroupConfig {
    GroupConfig("varve.priority.order", isWeighted ? "weighted" : "strict")
  }

  /// Whether what happens to the group's records is written down in the topic `__varve_trace`, a
  /// week of it, where `varve trace` finds it (`varve.trace.enable`): who got which, how often, and
  /// what became of it. Off by default: it is an append more for each fetch and acknowledgement.
  public static func traces(_ isOn: Bool = true) -> GroupConfig {
    GroupConfig("varve.trace.enable", isOn ? "true" : "false")
  }

  /// For how long after a message others with the same `varve.message.id` are left out
  /// (`varve.deduplication.window.ms`): one that comes later is a first again. For groups with
  /// ``queue(_:)``.
  public static func deduplicates(within window: Duration) -> GroupConfig {
    GroupConfig("varve.deduplication.window.ms", "\(window.milliseconds)")
  }

  /// How many message ids of a partition are remembered at most (`varve.deduplication.ids.max`): a
  /// million by default, which take up to 130 bytes of memory each. Where there are more, the
  /// oldest are forgotten first. For groups with ``queue(_:)``.
  public static func messageIDsMax(_ count: Int) -> GroupConfig {
    GroupConfig("varve.deduplication.ids.max", "\(count)")
  }
}

/// How the delay of a record grows that was released several times.
public enum RetryGrowth: String, Sendable, CaseIterable {
  case fixed
  /// The delay times the deliveries so far.
  case linear
  /// The delay, doubled with each delivery after the first.
  case exponential
}
