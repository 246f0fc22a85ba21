/// A topic as `kafka-topics --describe` printed it of the directory that Kafka wrote.
package struct GoldenTopic: Hashable, Sendable {
  package let name: String
  package let id: String
  package let partitionCount: Int
  /// `NAME=VALUE`, those of `inherited` too.
  package let configs: Set<String>

  /// What Kafka's server had in its own file: its tool shows it among each topic's configs.
  package static let inherited: Set = ["segment.bytes=1073741824", "retention.ms=-1"]

  /// Deleted after the tool ran.
  package static let deleted = "tool-a"

  package static func all() throws -> [GoldenTopic] {
    try GoldenData.lines("java-tools/topics.txt").compactMap { line in
      // Topic: NAME, TopicId: ID, PartitionCount: N, ReplicationFactor: 1, Configs: A=B,C=D
      let fields = line.split(separator: "\t").map { $0.drop { $0 != ":" }.dropFirst(2) }
      guard line.hasPrefix("Topic: "), fields.count == 5 else { return nil }
      return GoldenTopic(
        name: String(fields[0]), id: String(fields[1]), partitionCount: Int(fields[2]) ?? 0,
        configs: Set(fields[4].split(separator: ",").map(String.init)))
    }
  }
}
