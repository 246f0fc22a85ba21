internal import Synchronization
package import VarveBase
package import VarveLog

/// A data directory read while another process writes it: its topics, and followers of its
/// partitions. Takes no lock and writes nothing.
package final class DirectoryFollower: Sendable {
  package let path: String
  private let fileSystem: any FileSystem
  private let state = Mutex(State())

  private struct State {
    var followers: [TopicPartition: LogFollower] = [:]
    var isClosed = false
  }

  /// Throws `.foreignFile` where there is no data directory of Varve's or Kafka's.
  package init(
    _ path: String, on fileSystem: any FileSystem = LocalFileSystem()
  ) throws(BrokerError) {
    self.path = path
    self.fileSystem = fileSystem
    do {
      guard try MetaProperties.read(in: path, on: fileSystem) != nil else {
        throw LogError(
          .foreignFile,
          "\(path) is no data directory of Varve or Kafka: it has no "
            + MetaProperties.fileName, file: path)
      }
    } catch { throw BrokerError(any: error) }
  }

  /// The topics as they are now, by name.
  package func topics() throws(BrokerError) -> [TopicDescription] {
    let catalog = try catalog()
    return catalog.image.topics.map { topic in
      TopicDescription(
        name: topic.name, id: topic.id, partitionCount: topic.partitionCount,
        configuration: catalog.configuration(of: topic.name))
    }
  }

  /// Throws `.unknownTopicOrPartition`.
  package func topic(named name: TopicName) throws(BrokerError) -> TopicDescription {
    let catalog = try catalog()
    do {
      let topic = try catalog.topic(named: name)
      return TopicDescription(
        name: topic.name, id: topic.id, partitionCount: topic.partitionCount,
        configuration: catalog.configuration(of: name))
    } catch { throw BrokerError(error) }
  }

  /// The follower of a partition, opened when first asked for.
  package func follower(of id: TopicPartition) throws(BrokerError) -> LogFollower {
    try state.withLock { state throws(BrokerError) in
      if state.isClosed { throw BrokerError(.closed, "\(path) was closed") }
      if let follower = state.followers[id] { return follower }
      do {
        let follower = try LogFollower(id, directory: "\(path)/\(id)", on: fileSystem)
        state.followers[id] = follower
        return follower
      } catch { throw BrokerError(any: error) }
    }
  }

  package var isClosed: Bool { state.withLock { $0.isClosed } }

  package func close() {
    state.withLock { state in
      state.isClosed = true
      state.followers = [:]
    }
  }

  private func catalog() throws(BrokerError) -> TopicCatalog {
    if isClosed { throw BrokerError(.closed, "\(path) was closed") }
    do {
      let metadata = try MetadataDirectory(in: path, on: fileSystem).read()
      // Nothing is decided here: the node that decisions would be for does not matter.
      return TopicCatalog(metadata.image, node: MetadataNode(brokerID: 0, directoryID: .zero))
    } catch { throw BrokerError(error) }
  }
}
