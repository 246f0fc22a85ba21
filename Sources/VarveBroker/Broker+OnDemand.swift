package import VarveBase

/// Topics that are made when a client first asks for them.
extension Broker {
  /// `auto.create.topics.enable`, which is on by default.
  package var createsTopicsOnDemand: Bool {
    serverConfig("auto.create.topics.enable").map { $0.lowercased() != "false" } ?? true
  }

  /// `delete.topic.enable`, which is on by default.
  package var letsTopicsBeDeleted: Bool {
    serverConfig("delete.topic.enable").map { $0.lowercased() != "false" } ?? true
  }

  /// `num.partitions`, 1 by default.
  package var defaultPartitionCount: Int32 {
    serverConfig("num.partitions").flatMap { Int32($0) } ?? 1
  }

  /// Makes a topic with what the server's configuration says. Throws what `createTopic` does.
  package func createTopicOnDemand(_ name: TopicName) throws(BrokerError) {
    _ = try createTopic(name.description, partitions: defaultPartitionCount)
  }
}
