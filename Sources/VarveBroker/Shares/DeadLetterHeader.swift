internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// The headers that a dead letter has beyond its record's own: KIP-1191's, and one of Varve's. All
/// are text.
package enum DeadLetterHeader: String, CaseIterable, Sendable {
  case topic = "__dlq.errors.topic"
  case partition = "__dlq.errors.partition"
  case offset = "__dlq.errors.offset"
  case group = "__dlq.errors.group"
  case deliveryCount = "__dlq.errors.delivery.count"
  /// Why, in words.
  case message = "__dlq.errors.message"
  /// Why, in one word for programs: `attempts`, `rejected`, `expired` or `header`.
  case reason = "varve.dead.reason"

  /// Those of a letter. A record that was a dead letter before has had them, and has only the last.
  static func headers(
    of letter: DeadLetter, _ origin: TopicPartition, group: String, after own: [RecordHeader]
  ) -> [RecordHeader] {
    let names = Set(allCases.map { ByteSlice($0.rawValue.utf8) })
    let values: [(DeadLetterHeader, String)] = [
      (.topic, origin.topic.description), (.partition, "\(origin.partition)"),
      (.offset, "\(letter.offset)"), (.group, group),
      (.deliveryCount, "\(letter.deliveryCount)"),
      (.message, letter.reason ?? letter.failure.reason), (.reason, letter.failure.word),
    ]
    return own.filter { !names.contains($0.key) }
      + values.map { RecordHeader(key: $0.rawValue, value: ByteSlice($1.utf8)) }
  }
}
