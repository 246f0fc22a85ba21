internal import VarveBase
internal import VarveClient
internal import VarveProtocol

// Making and changing topics.
extension RemoteCluster {
  func createTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) async throws(VarveError) -> TopicInfo {
    let topic = try TopicName(named: name)
    var asked = CreateTopicsRequest.Topic()
    asked.name = name
    asked.partitionCount = partitions
    // The broker's default, as for -1 partitions, which a user cannot have meant.
    asked.replicationFactor = -1
    guard partitions > 0 else {
      throw VarveError(
        .invalidPartitions, "topic '\(name)': \(partitions) partitions; it has one at least")
    }
    asked.configs = try config.map { setting throws(VarveError) in
      guard config.count(where: { $0.name == setting.name }) == 1 else {
        throw VarveError(.invalidConfig, "config '\(setting.name)' is given twice")
      }
      var entry = CreateTopicsRequest.Topic.Config()
      (entry.name, entry.value) = (setting.name, setting.value)
      return entry
    }
    var request = CreateTopicsRequest()
    request.topics = [asked]
    request.timeoutMilliseconds = milliseconds
    for answer in try await change(request).topics {
      try check("topic '\(name)' was not created", answer.errorCode, answer.errorMessage)
    }
    let found = try await created(topic)
    // Who makes a topic can use it without asking for it first. What is wrong with that shows then.
    _ = try? await route(to: name)
    return TopicInfo(
      name: topic, id: found.id, partitionCount: Int32(found.leaders.count),
      config: config.sorted { $0.name < $1.name })
  }

  /// A new topic once the broker that is asked next has heard of it.
  private func created(_ name: TopicName) async throws(VarveError) -> RemoteMetadata.Topic {
    try await persistently { () throws(VarveError) in
      do throws(VarveError) { return try await self.find(name) } catch {
        guard error.code == .unknownTopicOrPartition else { throw error }
        throw VarveError(.unavailable, error.message)
      }
    }
  }

  func deleteTopic(_ name: String) async throws(VarveError) {
    let topic = try TopicName(named: name)
    var request = DeleteTopicsRequest()
    var asked = DeleteTopicsRequest.Topic()
    asked.name = name
    // One for the last version, one for those before.
    request.topics = [asked]
    request.names = [name]
    request.timeoutMilliseconds = milliseconds
    for answer in try await change(request).topics {
      try check("topic '\(name)' was not deleted", answer.errorCode, answer.errorMessage)
    }
    brokers.forget(topic)
  }

  func growTopic(_ name: String, to partitions: Int32) async throws(VarveError) {
    _ = try TopicName(named: name)
    var request = CreatePartitionsRequest()
    var asked = CreatePartitionsRequest.Topic()
    (asked.name, asked.count) = (name, partitions)
    request.topics = [asked]
    request.timeoutMilliseconds = milliseconds
    for answer in try await change(request).topics {
      try check("topic '\(name)' was not given partitions", answer.errorCode, answer.errorMessage)
    }
  }

  func alterTopic(
    _ name: String, set: [TopicConfig], reset: [String]
  ) async throws(VarveError) {
    _ = try TopicName(named: name)
    typealias Resource = IncrementalAlterConfigsRequest.Resource
    var resource = Resource()
    resource.type = RemoteConfigs.topic
    resource.name = name
    resource.configs = set.map { setting in
      var entry = Resource.Config()
      (entry.name, entry.operation, entry.value) = (setting.name, 0, setting.value)
      return entry
    }
    resource.configs += reset.map { name in
      var entry = Resource.Config()
      (entry.name, entry.operation) = (name, 1)
      return entry
    }
    var request = IncrementalAlterConfigsRequest()
    request.resources = [resource]
    for answer in try await change(request).resources {
      try check("topic '\(name)' was not altered", answer.errorCode, answer.errorMessage)
    }
  }

  /// Asks for a change, which is repeated only while it is known not to have been made.
  func change<Asked: Question>(
    _ question: Asked
  ) async throws(VarveError) -> Asked.Reply {
    defer { topicsChanged() }
    return try await persistently { () throws(VarveError) in
      do throws(ClientError) { return try await brokers.askAny(question) } catch {
        throw VarveError(error, isRepeatable: Asked.isRepeatable)
      }
    }
  }

  private func check(
    _ what: String, _ code: ErrorCode, _ message: String?
  ) throws(VarveError) {
    if code != .none { throw VarveError(refusing: what, code, message) }
  }

  /// How long a broker may take for a change.
  var milliseconds: Int32 { Int32(clamping: brokers.options.requestTimeout.milliseconds) }
}
