internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

extension RequestContext {
  /// As `Broker.served`, for a client that may do this with the topic. Who may not is not told
  /// whether there is one.
  func served(
    _ topic: String, _ index: Int32, epoch: Int32 = -1, for operation: AccessOperation
  ) throws(ErrorCode) -> Partition {
    guard access.allows(operation, topic: topic) else { throw .topicAuthorizationFailed }
    return try broker.served(topic, index, epoch: epoch)
  }

  func served(
    _ topic: TopicID, _ index: Int32, epoch: Int32 = -1, for operation: AccessOperation
  ) throws(ErrorCode) -> Partition {
    guard let name = broker.topicName(of: topic) else { throw .unknownTopicID }
    guard access.allows(operation, topic: name.description) else {
      throw .topicAuthorizationFailed
    }
    return try broker.served(topic, index, epoch: epoch)
  }

  /// The name of a topic that a request names, or gives the id of.
  func topicName(_ name: String, _ id: TopicID) -> String? {
    id == .zero ? name : broker.topicName(of: id)?.description
  }

  func requireTopic(_ operation: AccessOperation, _ name: String) throws(TopicRefusal) {
    guard access.allows(operation, topic: name) else {
      throw TopicRefusal(
        .topicAuthorizationFailed, "\(access.principal) may not \(operation) topic '\(name)'")
    }
  }

  func requireGroup(_ operation: AccessOperation, _ name: String) throws(TopicRefusal) {
    guard access.allows(operation, group: name) else {
      throw TopicRefusal(
        .groupAuthorizationFailed, "\(access.principal) may not \(operation) group '\(name)'")
    }
  }

  /// What has a request's configs is theirs who may do this with it: a topic, a group, or else the
  /// cluster.
  func requireConfigs(
    _ operation: AccessOperation, type: Int8, _ name: String
  ) throws(TopicRefusal) {
    switch ConfigResourceType(rawValue: type) {
    case .topic: try requireTopic(operation, name)
    case .group: try requireGroup(operation, name)
    default: try requireCluster(operation)
    }
  }

  func requireCluster(_ operation: AccessOperation) throws(TopicRefusal) {
    guard access.allowsCluster(operation) else {
      throw TopicRefusal(
        .clusterAuthorizationFailed, "\(access.principal) may not \(operation) the cluster")
    }
  }
}
