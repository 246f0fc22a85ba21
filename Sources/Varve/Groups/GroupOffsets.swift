internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// Commits and fetches offsets of a group, on behalf of a member or of an operator.
struct GroupOffsets: Sendable {
  let client: any GroupClient
  let group: String
  /// The member that asks; nil for an operator, who may change groups without members only.
  var member: Member?

  struct Member: Sendable {
    let id: String
    let epoch: Int32
    let instanceID: String?
  }

  /// Stores offsets as one commit. Throws the first refusal.
  func commit(_ offsets: [TopicPartition: OffsetAndMetadata]) async throws(CoordinatorError) {
    guard !offsets.isEmpty else { return }
    var request = OffsetCommitRequest()
    request.groupID = group
    if let member {
      request.memberID = member.id
      request.generationIDOrMemberEpoch = member.epoch
      request.groupInstanceID = member.instanceID
    }
    request.topics = Self.byTopic(offsets.keys).map { name, partitions in
      var topic = OffsetCommitRequest.Topic()
      topic.name = name.description
      topic.partitions = partitions.map { partition in
        var entry = OffsetCommitRequest.Topic.Partition()
        entry.partitionIndex = partition.partition
        entry.committedOffset = offsets[partition]?.offset ?? 0
        entry.committedMetadata = offsets[partition]?.metadata
        return entry
      }
      return topic
    }
    let response = try await client.commitOffsets(request)
    for topic in response.topics {
      for partition in topic.partitions {
        try check(partition.errorCode, of: topic.name, partition.partitionIndex)
      }
    }
  }

  /// Stores offsets that count with a producer's transaction. Throws the first refusal.
  func commit(
    _ offsets: [TopicPartition: OffsetAndMetadata], as producer: ProducerIdentity,
    in transactionalID: String, by transactions: any TransactionClient
  ) async throws(CoordinatorError) {
    guard !offsets.isEmpty else { return }
    var request = TxnOffsetCommitRequest()
    request.transactionalID = transactionalID
    request.producerID = producer.id
    request.producerEpoch = producer.epoch
    request.groupID = group
    if let member {
      request.memberID = member.id
      request.generationID = member.epoch
      request.groupInstanceID = member.instanceID
    }
    request.topics = Self.byTopic(offsets.keys).map { name, partitions in
      var topic = TxnOffsetCommitRequest.Topic()
      topic.name = name.description
      topic.partitions = partitions.map { partition in
        var entry = TxnOffsetCommitRequest.Topic.Partition()
        entry.partitionIndex = partition.partition
        entry.committedOffset = offsets[partition]?.offset ?? 0
        entry.committedMetadata = offsets[partition]?.metadata
        return entry
      }
      return topic
    }
    let response = try await transactions.commitOffsets(request)
    for topic in response.topics {
      for partition in topic.partitions {
        try check(partition.errorCode, of: topic.name, partition.partitionIndex)
      }
    }
  }

  private func check(
    _ code: ErrorCode, of topic: String, _ partition: Int32
  ) throws(CoordinatorError) {
    guard code != .none else { return }
    throw CoordinatorError(
      code, "\(topic)-\(partition) of group '\(group)' was not committed: \(code.kafkaName)")
  }

  /// What is committed for some partitions, or for all. Partitions without a commit are not among
  /// them.
  ///
  /// - Parameter stable: an offset that an open transaction may still change is an error,
  ///   `UNSTABLE_OFFSET_COMMIT` (KIP-447).
  func fetch(
    _ partitions: [TopicPartition]?, stable: Bool
  ) async throws(CoordinatorError) -> [TopicPartition: OffsetAndMetadata] {
    var entry = OffsetFetchRequest.Group()
    entry.groupID = group
    entry.memberID = member?.id
    entry.memberEpoch = member?.epoch ?? -1
    entry.topics = partitions.map { partitions in
      Self.byTopic(partitions).map { name, partitions in
        var topic = OffsetFetchRequest.Group.Topic()
        topic.name = name.description
        topic.partitionIndexes = partitions.map(\.partition)
        return topic
      }
    }
    var request = OffsetFetchRequest()
    request.groups = [entry]
    request.requiresStable = stable
    return try read(try await client.fetchOffsets(request))
  }

  private func read(
    _ response: OffsetFetchResponse
  ) throws(CoordinatorError) -> [TopicPartition: OffsetAndMetadata] {
    var committed: [TopicPartition: OffsetAndMetadata] = [:]
    for answer in response.groups where answer.groupID == group {
      if answer.errorCode != .none {
        throw CoordinatorError(answer.errorCode, "group '\(group)': \(answer.errorCode.kafkaName)")
      }
      for topic in answer.topics {
        guard let name = try? TopicName(topic.name) else { continue }
        for partition in topic.partitions {
          if partition.errorCode != .none {
            throw CoordinatorError(
              partition.errorCode,
              "\(name)-\(partition.partitionIndex) of group '\(group)': "
                + partition.errorCode.kafkaName)
          }
          guard partition.committedOffset >= 0 else { continue }
          committed[TopicPartition(topic: name, partition: partition.partitionIndex)] =
            OffsetAndMetadata(partition.committedOffset, metadata: partition.metadata ?? "")
        }
      }
    }
    return committed
  }

  static func byTopic(
    _ partitions: some Sequence<TopicPartition>
  ) -> [(name: TopicName, partitions: [TopicPartition])] {
    Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.sorted()) }
  }
}
