public import Varve

/// A record that a share group gave up, with where it came from (KIP-1191).
public struct DeadLetter: Sendable {
  /// The record as it was, and the headers of its failure.
  public let record: Record
  /// Where the letter lies.
  public let place: TopicPartition
  /// Where the record came from; nil where the headers do not say.
  public let origin: TopicPartition?
  public let originOffset: Offset?
  public let group: String?
  /// How often it was delivered.
  public let deliveryCount: Int?
  /// Why it was given up, in words.
  public let reason: String?
  /// Why, in one word: `attempts`, `rejected`, `expired`, or `header` where one could not be read;
  /// nil where the headers do not say, as another broker's do not.
  public let failure: String?
  /// How often it was sent back before.
  public let redriveCount: Int

  init(_ record: Record, at place: TopicPartition) {
    self.record = record
    self.place = place
    func text(_ name: String) -> String? {
      record.header(name).map { String(decoding: $0, as: UTF8.self) }
    }
    let topic = text(QueueHeaders.deadLetterTopic).flatMap { try? TopicName($0) }
    let partition = text(QueueHeaders.deadLetterPartition).flatMap { Int32($0) }
    if let topic, let partition {
      origin = TopicPartition(topic: topic, partition: partition)
    } else {
      origin = nil
    }
    originOffset = text(QueueHeaders.deadLetterOffset).flatMap { Int64($0) }.map { Offset($0) }
    group = text(QueueHeaders.deadLetterGroup)
    deliveryCount = text(QueueHeaders.deadLetterDeliveries).flatMap { Int($0) }
    reason = text(QueueHeaders.deadLetterReason)
    failure = text(QueueHeaders.deadLetterFailure)
    redriveCount = text(QueueHeaders.redriveCount).flatMap { Int($0) } ?? 0
  }

  /// What it is sent back with: its own headers, but for those of its failure, and those that said
  /// when and for how long it was to be delivered; and how often it was sent back, and from where.
  var headersToRedrive: [Header] {
    let dropped: Set<String> = [
      QueueHeaders.deliverAt, QueueHeaders.delay, QueueHeaders.expiresAt,
      QueueHeaders.redriveCount, QueueHeaders.redriveOf, QueueHeaders.deadLetterFailure,
    ]
    let own = record.headers.filter { header in
      let name = String(decoding: header.name, as: UTF8.self)
      return !name.hasPrefix(QueueHeaders.deadLetterPrefix) && !dropped.contains(name)
    }
    return own + [
      Header(QueueHeaders.redriveCount, "\(redriveCount + 1)"),
      Header(QueueHeaders.redriveOf, "\(place.topic)/\(place.partition)@\(record.offset)"),
    ]
  }
}

extension QueueHeaders {
  static let deadLetterPrefix = "__dlq.errors."
  /// Of a dead letter: where its record came from.
  public static let deadLetterTopic = "__dlq.errors.topic"
  public static let deadLetterPartition = "__dlq.errors.partition"
  public static let deadLetterOffset = "__dlq.errors.offset"
  /// Of a dead letter: the group that gave it up, after so many deliveries, and why.
  public static let deadLetterGroup = "__dlq.errors.group"
  public static let deadLetterDeliveries = "__dlq.errors.delivery.count"
  public static let deadLetterReason = "__dlq.errors.message"
  /// The same in one word: `attempts`, `rejected`, `expired` or `header`. Varve's own.
  public static let deadLetterFailure = "varve.dead.reason"
  /// Of a record that was sent back from the dead letters: how often.
  public static let redriveCount = "varve.redrive.count"
  /// Of such a record: its letter, as `TOPIC/PARTITION@OFFSET`.
  public static let redriveOf = TraceHeader.redriveOf
}
