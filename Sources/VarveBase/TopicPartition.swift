/// One partition of a topic, written `NAME-INDEX` as its directory is.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let topic: TopicName
  /// The partition's number: 0 for the first.
  public let partition: Int32

  public init(topic: TopicName, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// Reads a directory's name; nil where it is not `NAME-INDEX` with a legal name and number.
  public init?(directoryName: String) {
    guard let dash = directoryName.lastIndex(of: "-"),
      let topic = try? TopicName(String(directoryName[..<dash])),
      let partition = Int32(directoryName[directoryName.index(after: dash)...]), partition >= 0
    else { return nil }
    self.init(topic: topic, partition: partition)
  }

  public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
    (left.topic, left.partition) < (right.topic, right.partition)
  }

  public var description: String { "\(topic)-\(partition)" }
}
