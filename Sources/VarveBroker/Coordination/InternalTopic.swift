package import VarveBase

/// A topic of the broker's own, and how it is made when it is first needed.
package struct InternalTopic: Sendable {
  package let name: TopicName
  package let partitionCount: Int32
  package let configs: [String: String]

  package init(_ name: TopicName, partitionCount: Int32, configs: [String: String]) {
    self.name = name
    self.partitionCount = partitionCount
    self.configs = configs
  }

  /// A compacted topic as the server's configuration wants it: `partitions` and `segmentBytes` are
  /// the names of its configs. Kafka's defaults are 50 partitions of segments of 100 MiB.
  init(
    _ name: TopicName, partitions: String, segmentBytes: String, compression: String,
    server: ServerDefaults
  ) throws(ConfigError) {
    let count = try server.integer(partitions, in: 1...Int64(Int32.max)) ?? 50
    let size = try server.integer(segmentBytes, in: 1...Int64(Int32.max)) ?? 100 << 20
    self.init(
      name, partitionCount: Int32(count),
      configs: [
        "cleanup.policy": "compact", "compression.type": compression, "segment.bytes": "\(size)",
      ])
  }

  /// `__consumer_offsets`.
  static func consumerOffsets(_ server: ServerDefaults) throws(ConfigError) -> InternalTopic {
    try InternalTopic(
      .consumerOffsets, partitions: "offsets.topic.num.partitions",
      segmentBytes: "offsets.topic.segment.bytes", compression: "producer", server: server)
  }
}

extension TopicName {
  package static let consumerOffsets: TopicName = {
    do { return try TopicName("__consumer_offsets") } catch {
      preconditionFailure("the name is legal: \(error)")
    }
  }()
}
