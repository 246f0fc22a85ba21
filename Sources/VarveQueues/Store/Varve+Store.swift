public import Varve

/// How a ``KeyedStore`` is kept.
public struct StoreOptions: Sendable {
  /// The partitions of a topic that does not exist yet.
  public var partitions: Int32 = 1
  /// The configs of a topic that does not exist yet, beside `cleanup.policy=compact`.
  public var config: [TopicConfig] = []
  /// How long a writer that hangs may keep others from the store.
  public var transactionTimeout = Duration.seconds(10)

  public init() {}
}

extension Varve {
  /// Opens the store that a topic is, having created the topic where there is none.
  ///
  /// - Throws: `.invalidArgument` for a topic that is not compacted, which would lose values; what
  ///   the log says.
  public func store<Value>(
    _ topic: String, values: ValueCoding<Value>, options: StoreOptions = StoreOptions()
  ) async throws(QueueError) -> KeyedStore<Value> {
    let config = [.cleanupPolicy(.compact)] + options.config
    let details = try await openTopic(topic, partitions: options.partitions, config: config)
    guard details.value(of: "cleanup.policy") == "compact" else {
      throw QueueError(
        .invalidArgument,
        "topic '\(topic)' is not compacted, and would lose values: set cleanup.policy=compact")
    }
    let engine = try await StoreEngine(
      self, topic: topic, partitionCount: details.topic.partitionCount,
      transactionTimeout: options.transactionTimeout)
    return KeyedStore(topic, values: values, engine)
  }

  /// A topic, created where there is none.
  func openTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) async throws(QueueError) -> TopicDetails {
    do { return try await describeTopic(name) } catch {
      guard error.code == .unknownTopicOrPartition else { throw QueueError(error) }
    }
    do throws(VarveError) {
      try await createTopic(name, partitions: partitions, config: config)
    } catch {
      // Somebody else may have done so at the same time.
      guard error.code == .topicAlreadyExists else { throw QueueError(error) }
    }
    do { return try await describeTopic(name) } catch { throw QueueError(error) }
  }
}
