public import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// Deleting groups, or what they have committed.
extension Varve {
  /// Deletes a group without members, with its offsets. Throws `.groupNotEmpty`, `.unknownGroup`.
  public func deleteGroup(_ name: String) async throws(VarveError) {
    let client = try cluster.groups()
    var request = DeleteGroupsRequest()
    request.groupsNames = [name]
    do throws(CoordinatorError) {
      for result in try await client.delete(request).results where result.errorCode != .none {
        throw CoordinatorError(
          result.errorCode,
          result.errorCode == .nonEmptyGroup
            ? "group '\(name)' has members: stop them before deleting it"
            : "group '\(name)' was not deleted: \(result.errorCode.kafkaName)")
      }
    } catch { throw VarveError(error) }
  }

  /// Forgets what a group has committed for topics, such as those that it no longer reads; the
  /// group stays. Its members may go on with others (KIP-496).
  ///
  /// - Parameters:
  ///   - group: the group.
  ///   - topics: whose partitions are forgotten.
  /// - Returns: the partitions for which something was committed, in order.
  /// - Throws: `.unknownGroup`; `.unknownTopicOrPartition`; `.groupNotEmpty` where members read one
  ///   of the topics. What was committed for the others is forgotten all the same.
  @discardableResult
  public func deleteOffsets(
    of group: String, topics: [String]
  ) async throws(VarveError) -> [TopicPartition] {
    let committed = try await committedOffsets(of: group)
    var request = OffsetDeleteRequest()
    request.groupID = group
    for topic in topics {
      let partitions = try await cluster.route(to: topic).partitions.map(\.id.partition)
      request.topics.append(OffsetDeleteRequest.Topic(topic, partitions))
    }
    let client = try cluster.groups()
    do throws(CoordinatorError) {
      try await client.deleteOffsets(request).check(group)
    } catch { throw VarveError(error) }
    return committed.keys.filter { topics.contains($0.topic.description) }.sorted()
  }
}

extension OffsetDeleteRequest.Topic {
  fileprivate init(_ name: String, _ partitions: [Int32]) {
    self.init()
    self.name = name
    self.partitions = partitions.map { index in
      var partition = OffsetDeleteRequest.Topic.Partition()
      partition.partitionIndex = index
      return partition
    }
  }
}

extension OffsetDeleteResponse {
  /// Throws what was said of the first partition that was refused.
  fileprivate func check(_ group: String) throws(CoordinatorError) {
    for topic in topics {
      for partition in topic.partitions where partition.errorCode != .none {
        throw CoordinatorError(
          partition.errorCode,
          partition.errorCode == .groupSubscribedToTopic
            ? "group '\(group)' has members that read '\(topic.name)': stop them before forgetting"
            : """
            what group '\(group)' committed for \(topic.name)/\(partition.partitionIndex) was not \
            forgotten: \(partition.errorCode.kafkaName)
            """)
      }
    }
  }
}
