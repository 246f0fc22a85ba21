package import VarveBase
package import VarveCoordination
internal import VarveLog
internal import VarveProtocol

extension BrokerGroups {
  /// How far a group is behind in the partitions that it has committed offsets for, of topics that
  /// there still are.
  package func lag(of group: String) async throws(CoordinatorError) -> GroupLag {
    let committed = try await committedOffsets(of: group)
    return GroupLag(
      committed.compactMap { id, offset in
        guard let end = log(of: id)?.endOffset else { return nil }
        return GroupLag.Partition(
          topic: id.topic.description, partition: id.partition, committed: offset, end: end)
      })
  }

  /// Moves a group without members to other offsets, or only says what would be done. Returns each
  /// partition's move.
  ///
  /// Throws `UNKNOWN_TOPIC_OR_PARTITION`, `NON_EMPTY_GROUP`, and what `OffsetReset.plan` does; then
  /// nothing has moved.
  package func resetOffsets(
    of group: String, in partitions: [TopicPartition], to reset: OffsetReset, isDryRun: Bool
  ) async throws(CoordinatorError) -> [OffsetReset.Step] {
    let committed = try await committedOffsets(of: group)
    var places: [OffsetReset.Place] = []
    for id in partitions { places.append(try place(id, committed[id], reset)) }
    let steps = try reset.plan(places)
    if isDryRun { return steps }
    do throws(CoordinatorError) {
      let request = OffsetReset.commit(steps, group: group)
      let client = Client(clientID: "", host: "")
      let response = try await offsetCommit(
        request, version: OffsetCommitRequest.api.versions.upperBound, from: client)
      for topic in response.topics {
        for partition in topic.partitions where partition.errorCode != .none {
          throw CoordinatorError(
            partition.errorCode, "\(topic.name)-\(partition.partitionIndex) was not reset")
        }
      }
    } catch {
      guard error.code == .unknownMemberID else { throw error }
      throw CoordinatorError(
        .nonEmptyGroup, "group '\(group)' has members; stop them before moving its offsets")
    }
    return steps
  }

  private func place(
    _ id: TopicPartition, _ committed: Offset?, _ reset: OffsetReset
  ) throws(CoordinatorError) -> OffsetReset.Place {
    guard let log = log(of: id) else {
      throw CoordinatorError(.unknownTopicOrPartition, "there is no partition \(id)")
    }
    var timed: Offset?
    if case .timestamp(let time) = reset {
      do throws(LogError) { timed = try log.firstRecord(stampedAtOrAfter: time)?.offset } catch {
        throw CoordinatorError(.kafkaStorageError, error.description)
      }
    }
    return OffsetReset.Place(
      topic: id.topic.description, partition: id.partition, committed: committed,
      start: log.startOffset, end: log.endOffset, timed: timed)
  }

  private func log(of id: TopicPartition) -> PartitionLog? {
    do { return try broker.partition(id).log } catch { return nil }
  }

  private func committedOffsets(
    of group: String
  ) async throws(CoordinatorError) -> [TopicPartition: Offset] {
    var request = OffsetFetchRequest()
    var wanted = OffsetFetchRequest.Group()
    wanted.groupID = group
    request.groups = [wanted]
    var committed: [TopicPartition: Offset] = [:]
    for fetched in await offsetFetch(request).groups {
      guard fetched.errorCode == .none else {
        throw CoordinatorError(
          fetched.errorCode, "the offsets of group '\(group)' cannot be had")
      }
      for topic in fetched.topics {
        for partition in topic.partitions {
          let directory = "\(topic.name)-\(partition.partitionIndex)"
          guard let id = TopicPartition(directoryName: directory) else { continue }
          committed[id] = partition.committedOffset
        }
      }
    }
    return committed
  }
}
