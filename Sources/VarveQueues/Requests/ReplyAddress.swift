internal import Varve

/// Where a reply goes: a topic, or one of its partitions. As text, `TOPIC` or `TOPIC/PARTITION`.
struct ReplyAddress: Hashable, Sendable, CustomStringConvertible {
  let topic: String
  /// Nil where any will do.
  let partition: Int32?

  init(_ partition: TopicPartition) {
    topic = partition.topic.description
    self.partition = partition.partition
  }

  /// Nil where the text is no address.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard (try? TopicName(String(parts[0]))) != nil else { return nil }
    topic = String(parts[0])
    guard parts.count == 2 else {
      partition = nil
      return
    }
    guard let number = Int32(parts[1]), number >= 0 else { return nil }
    partition = number
  }

  var description: String { partition.map { "\(topic)/\($0)" } ?? topic }
}
