package import VarveBase

/// Where a record lies.
package struct TracePlace: Hashable, Sendable, CustomStringConvertible {
  package let partition: TopicPartition
  package let offset: Offset

  package init(_ partition: TopicPartition, _ offset: Offset) {
    self.partition = partition
    self.offset = offset
  }

  /// Reads `TOPIC/PARTITION@OFFSET`. Nil for anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let offset = Int64(parts[1]), offset >= 0 else { return nil }
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2, let index = Int32(names[1]), index >= 0,
      let topic = try? TopicName(String(names[0]))
    else { return nil }
    self.init(TopicPartition(topic: topic, partition: index), Offset(offset))
  }

  package var description: String { "\(partition.topic)/\(partition.partition)@\(offset)" }
}
