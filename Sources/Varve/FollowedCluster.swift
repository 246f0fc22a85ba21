internal import VarveBase
internal import VarveBroker

/// A directory that another process has open for writing: everything can be read, nothing changed.
final class FollowedCluster: Cluster {
  let directory: DirectoryFollower
  let time: any TimeSource

  init(_ directory: DirectoryFollower, time: any TimeSource) {
    self.directory = directory
    self.time = time
  }

  /// The other process tells nobody of its changes.
  var topicsVersion: Int { 0 }

  func topics() throws(VarveError) -> [TopicInfo] {
    do { return try directory.topics().map { TopicInfo($0) } } catch { throw VarveError(error) }
  }

  func describeTopic(_ name: String) async throws(VarveError) -> TopicDetails {
    let route = try route(to: name)
    do {
      let topic = try directory.topic(named: route.name)
      var partitions: [PartitionInfo] = []
      for partition in route.partitions { partitions.append(try await partition.info()) }
      return TopicDetails(
        topic: TopicInfo(topic),
        config: topic.configuration.entries.map { ConfigEntry($0) }, partitions: partitions)
    } catch let error as VarveError {
      throw error
    } catch let error as BrokerError {
      throw VarveError(error)
    } catch { preconditionFailure("no other errors: \(error)") }
  }

  func route(to topic: String) throws(VarveError) -> TopicRoute {
    let name: TopicName
    do { name = try TopicName(topic) } catch { throw VarveError(error) }
    do {
      let topic = try directory.topic(named: name)
      return TopicRoute(
        name: name, id: topic.id,
        partitions: (0..<topic.partitionCount).map { index in
          FollowedPartition(TopicPartition(topic: name, partition: index), in: directory)
        })
    } catch { throw VarveError(error) }
  }

  func knownRoute(to topic: String) throws(VarveError) -> TopicRoute? { try route(to: topic) }

  func close() { directory.close() }
}

extension FollowedCluster {
  func createTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) throws(VarveError) -> TopicInfo {
    throw .readOnly(directory.path)
  }

  func groups() throws(VarveError) -> any GroupClient { throw .readOnly(directory.path) }

  func shares() throws(VarveError) -> any ShareEngine { throw .readOnly(directory.path) }

  func transactions() throws(VarveError) -> any TransactionClient {
    throw .readOnly(directory.path)
  }

  func deleteTopic(_ name: String) throws(VarveError) { throw .readOnly(directory.path) }

  func growTopic(_ name: String, to partitions: Int32) throws(VarveError) {
    throw .readOnly(directory.path)
  }

  func alterTopic(_ name: String, set: [TopicConfig], reset: [String]) throws(VarveError) {
    throw .readOnly(directory.path)
  }

  func deleteRecords(
    of partition: TopicPartition, before offset: Offset
  ) throws(VarveError) -> Offset {
    throw .readOnly(directory.path)
  }
}

extension VarveError {
  static func readOnly(_ path: String) -> VarveError {
    VarveError(
      .readOnly, "\(path) is open for reading only; write to it in the process that has it open")
  }
}
