/// A config of a topic, under the name that Kafka has for it.
///
/// ```swift
/// try await varve.createTopic(
///   "orders", partitions: 6,
///   config: [.retention(.days(7)), .compression(.gzip), TopicConfig("segment.ms", "3600000")])
/// ```
///
/// Names and values are judged when a topic is created or altered:
/// ``VarveError/Code/invalidConfig`` says what is wrong with them.
public struct TopicConfig: Hashable, Sendable {
  public let name: String
  public let value: String

  /// Any config, as text.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension TopicConfig: CustomStringConvertible {
  public var description: String { "\(name)=\(value)" }
}

extension TopicConfig {
  /// Records older than this are removed, a segment at a time (`retention.ms`).
  public static func retention(_ age: Duration) -> TopicConfig {
    TopicConfig("retention.ms", String(age.milliseconds))
  }

  /// Records are kept whatever their age (`retention.ms` of -1).
  public static let retentionForever = TopicConfig("retention.ms", "-1")

  /// The oldest segments of a partition go while the rest has this many bytes
  /// (`retention.bytes`).
  public static func retentionBytes(_ count: Int64) -> TopicConfig {
    TopicConfig("retention.bytes", String(count))
  }

  /// The largest a segment's file gets (`segment.bytes`).
  public static func segmentBytes(_ count: Int) -> TopicConfig {
    TopicConfig("segment.bytes", String(count))
  }

  /// The longest time between a segment's first record and its last (`segment.ms`).
  public static func segmentAge(_ age: Duration) -> TopicConfig {
    TopicConfig("segment.ms", String(age.milliseconds))
  }

  /// The largest batch of records that the topic takes (`max.message.bytes`).
  public static func maxMessageBytes(_ count: Int) -> TopicConfig {
    TopicConfig("max.message.bytes", String(count))
  }

  /// What becomes of old records (`cleanup.policy`).
  public static func cleanupPolicy(_ policy: Cleanup) -> TopicConfig {
    TopicConfig("cleanup.policy", policy.rawValue)
  }

  /// How batches are stored whatever the producer did (`compression.type`).
  public static func compression(_ compression: Compression) -> TopicConfig {
    TopicConfig(
      "compression.type", compression == .none ? "uncompressed" : compression.name)
  }

  /// When a record counts as written (`varve.durability`).
  public static func durability(_ durability: Acknowledgement) -> TopicConfig {
    TopicConfig("varve.durability", durability.rawValue)
  }

  /// Who stamps records (`message.timestamp.type`).
  public static func timestamps(_ source: TimestampSource) -> TopicConfig {
    TopicConfig("message.timestamp.type", source.rawValue)
  }

  /// Closed segments are rewritten as gzip batches in the background
  /// (`varve.cold.compression`).
  public static let coldCompression = TopicConfig("varve.cold.compression", "gzip")

  /// What becomes of old records.
  public enum Cleanup: String, Sendable {
    /// They are removed by age and size.
    case delete
    /// Of each key only the newest is kept.
    case compact
    /// Both.
    case compactAndDelete = "compact,delete"
  }

  /// When a record counts as written.
  public enum Acknowledgement: String, Sendable, CaseIterable {
    /// When the system has it: survives a crash of the process, not a loss of power. The default,
    /// as in Kafka.
    case buffered
    /// As `buffered`, with a sync every `varve.flush.interval.ms`.
    case interval
    /// When it is on the disk, by a sync that all who wait share: survives a loss of power.
    case group
  }

  /// Who stamps records.
  public enum TimestampSource: String, Sendable {
    /// Their producer.
    case producer = "CreateTime"
    /// The log, when they are appended.
    case log = "LogAppendTime"
  }
}

extension Duration {
  public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
  public static func hours(_ count: Int) -> Duration { .minutes(count * 60) }
  public static func days(_ count: Int) -> Duration { .hours(count * 24) }

  /// Whole milliseconds, as configs and timestamps count; the largest number for more.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, hasOverflown) = seconds.multipliedReportingOverflow(by: 1000)
    guard !hasOverflown else { return seconds < 0 ? .min : .max }
    return product + attoseconds / 1_000_000_000_000_000
  }
}
