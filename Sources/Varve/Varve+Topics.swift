/// Topics: what there is, and what it is like.
extension Varve {
  /// Creates a topic.
  ///
  /// ```swift
  /// try await varve.createTopic(
  ///   "orders", partitions: 6, config: [.retention(.days(7)), .durability(.group)])
  /// ```
  ///
  /// - Parameters:
  ///   - name: 1 to 249 of the letters `a-z`, `A-Z`, `0-9`, `.`, `_` and `-`.
  ///   - partitions: how many sequences the topic has; there can be more later, not fewer.
  ///   - config: what the topic does not inherit.
  /// - Throws: `.topicAlreadyExists`, `.invalidTopic`, `.invalidPartitions`, `.invalidConfig`, or
  ///   what the disk said. Then there is no such topic.
  @discardableResult
  public func createTopic(
    _ name: String, partitions: Int32 = 1, config: [TopicConfig] = []
  ) async throws(VarveError) -> TopicInfo {
    try await cluster.createTopic(name, partitions: partitions, config: config)
  }

  /// All topics, by name.
  public func topics() async throws(VarveError) -> [TopicInfo] { try await cluster.topics() }

  /// A topic with every config and partition. Throws `.unknownTopicOrPartition`.
  public func describeTopic(_ name: String) async throws(VarveError) -> TopicDetails {
    try await cluster.describeTopic(name)
  }

  /// Changes a topic's configs, all or none, from now on.
  ///
  /// - Parameters:
  ///   - name: the topic's.
  ///   - config: what the topic gets.
  ///   - reset: the names of configs that it inherits again.
  /// - Throws: `.unknownTopicOrPartition`, `.invalidConfig`.
  public func alterTopic(
    _ name: String, set config: [TopicConfig] = [], reset: [String] = []
  ) async throws(VarveError) {
    try await cluster.alterTopic(name, set: config, reset: reset)
  }

  /// Gives a topic more partitions, `partitions` in all. Keys go to other partitions from then on.
  /// Throws `.unknownTopicOrPartition`, `.invalidPartitions` where it has as many already.
  public func growTopic(_ name: String, to partitions: Int32) async throws(VarveError) {
    try await cluster.growTopic(name, to: partitions)
  }

  /// Deletes a topic with all its records. Throws `.unknownTopicOrPartition`.
  public func deleteTopic(_ name: String) async throws(VarveError) {
    try await cluster.deleteTopic(name)
  }
}
