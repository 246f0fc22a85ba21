internal import VarveBase
internal import VarveClient
internal import VarveProtocol

// Looking at topics.
extension RemoteCluster {
  func topics() async throws(VarveError) -> [TopicInfo] {
    try await persistently { () throws(VarveError) in
      let response: MetadataResponse
      do throws(ClientError) { response = try await brokers.refresh(nil) } catch {
        throw VarveError(error)
      }
      var found: [(name: TopicName, topic: MetadataResponse.Topic)] = []
      for topic in response.topics where topic.errorCode == .none {
        guard let text = topic.name, let name = try? TopicName(text) else { continue }
        found.append((name, topic))
      }
      let configs = try await self.configs(of: found.map(\.name))
      return found.map { name, topic in
        TopicInfo(
          name: name, id: topic.topicID, partitionCount: Int32(clamping: topic.partitions.count),
          config: configs[name]?.overrides ?? [])
      }.sorted { $0.name < $1.name }
    }
  }

  func describeTopic(_ name: String) async throws(VarveError) -> TopicDetails {
    let name = try TopicName(named: name)
    let (found, configs) = try await persistently { () throws(VarveError) in
      (try await self.find(name), try await self.configs(of: [name], isDocumented: true)[name])
    }
    keep(name, found, configs?.rules ?? RecordRules())
    let partitions = (0..<Int32(found.leaders.count)).map {
      TopicPartition(topic: name, partition: $0)
    }
    return TopicDetails(
      topic: TopicInfo(
        name: name, id: found.id, partitionCount: Int32(partitions.count),
        config: configs?.overrides ?? []),
      config: configs?.entries ?? [], partitions: try await info(of: partitions))
  }

  /// What topics are set to.
  private func configs(
    of topics: [TopicName], isDocumented: Bool = false
  ) async throws(VarveError) -> [TopicName: RemoteConfigs] {
    guard !topics.isEmpty else { return [:] }
    var request = DescribeConfigsRequest()
    request.includesDocumentation = isDocumented
    request.resources = topics.map { topic in
      var resource = DescribeConfigsRequest.Resource()
      resource.type = RemoteConfigs.topic
      resource.name = topic.description
      return resource
    }
    let response: DescribeConfigsResponse
    do throws(ClientError) { response = try await brokers.askAny(request) } catch {
      throw VarveError(error)
    }
    var configs: [TopicName: RemoteConfigs] = [:]
    for resource in response.resources {
      guard let name = try? TopicName(resource.name) else { continue }
      switch resource.errorCode {
      // Who may write to a topic need not be allowed to see how it is set.
      case .none, .topicAuthorizationFailed, .clusterAuthorizationFailed:
        configs[name] = RemoteConfigs(resource)
      // It was deleted meanwhile.
      case .unknownTopicOrPartition: continue
      default:
        throw VarveError(
          refusing: "the configs of topic '\(name)' are not told", resource.errorCode,
          resource.errorMessage)
      }
    }
    return configs
  }

  /// What a topic asks of records.
  func rules(of topic: TopicName) async throws(VarveError) -> RecordRules {
    try await configs(of: [topic])[topic]?.rules ?? RecordRules()
  }
}
