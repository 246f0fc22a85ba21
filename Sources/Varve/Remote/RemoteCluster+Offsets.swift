internal import VarveBase
internal import VarveClient
internal import VarveProtocol

// Where partitions start and end.
extension RemoteCluster {
  /// What stands for a place in a partition instead of a time.
  enum Place {
    static let end: Int64 = -1
    static let start: Int64 = -2
  }

  /// The offsets of a place or a time, by partition; nil where there is none.
  func offsets(
    of partitions: [TopicPartition], at place: Int64, isolation: Isolation = .readUncommitted
  ) async throws(VarveError) -> [TopicPartition: Offset] {
    var found: [TopicPartition: Offset] = [:]
    for (address, partitions) in try byLeader(partitions) {
      var request = ListOffsetsRequest()
      request.replicaID = -1
      request.isolationLevel = isolation.number
      request.timeoutMilliseconds = milliseconds
      request.topics = Dictionary(grouping: partitions, by: \.topic).map { name, partitions in
        var topic = ListOffsetsRequest.Topic()
        topic.name = name.description
        topic.partitions = partitions.map {
          var entry = ListOffsetsRequest.Topic.Partition()
          (entry.partitionIndex, entry.timestamp) = ($0.partition, place)
          return entry
        }
        return topic
      }
      let response: ListOffsetsResponse
      do throws(ClientError) { response = try await brokers.ask(request, at: address) } catch {
        throw VarveError(error)
      }
      for topic in response.topics {
        guard let name = try? TopicName(topic.name) else { continue }
        for entry in topic.partitions {
          let id = TopicPartition(topic: name, partition: entry.partitionIndex)
          try check(entry.errorCode, "the offsets of \(id) are not told", id)
          if entry.offset >= 0 { found[id] = entry.offset }
        }
      }
    }
    return found
  }

  /// Where partitions start and end, and their sizes.
  func info(of partitions: [TopicPartition]) async throws(VarveError) -> [PartitionInfo] {
    try await persistently(about: partitions.first?.topic) { () throws(VarveError) in
      let starts = try await offsets(of: partitions, at: Place.start)
      let ends = try await offsets(of: partitions, at: Place.end)
      let sizes = try await sizes(of: partitions)
      return try partitions.map { id throws(VarveError) in
        guard let start = starts[id], let end = ends[id] else {
          throw VarveError(.badAnswer, "the broker did not tell where \(id) ends", partition: id)
        }
        return PartitionInfo(
          id: id, startOffset: start, endOffset: end, sizeInBytes: sizes[id] ?? 0)
      }
    }
  }

  private func sizes(
    of partitions: [TopicPartition]
  ) async throws(VarveError) -> [TopicPartition: Int64] {
    var sizes: [TopicPartition: Int64] = [:]
    for (address, partitions) in try byLeader(partitions) {
      var request = DescribeLogDirsRequest()
      request.topics = Dictionary(grouping: partitions, by: \.topic).map { name, partitions in
        var topic = DescribeLogDirsRequest.Topic()
        topic.name = name.description
        topic.partitionIndexes = partitions.map(\.partition)
        return topic
      }
      let response: DescribeLogDirsResponse
      do throws(ClientError) { response = try await brokers.ask(request, at: address) } catch {
        throw VarveError(error)
      }
      for topic in response.directories.flatMap(\.topics) {
        guard let name = try? TopicName(topic.name) else { continue }
        for entry in topic.partitions where !entry.isFuture {
          sizes[TopicPartition(topic: name, partition: entry.partitionIndex)] = entry.byteCount
        }
      }
    }
    return sizes
  }

  func deleteRecords(
    of partition: TopicPartition, before offset: Offset
  ) async throws(VarveError) -> Offset {
    var request = DeleteRecordsRequest()
    var topic = DeleteRecordsRequest.Topic()
    topic.name = partition.topic.description
    var entry = DeleteRecordsRequest.Topic.Partition()
    (entry.partitionIndex, entry.offset) = (partition.partition, offset)
    topic.partitions = [entry]
    request.topics = [topic]
    request.timeoutMilliseconds = milliseconds
    let asked = request
    return try await persistently(about: partition.topic) { () throws(VarveError) in
      let address = try leader(of: partition)
      let response: DeleteRecordsResponse
      do throws(ClientError) { response = try await brokers.ask(asked, at: address) } catch {
        throw VarveError(error, in: partition)
      }
      guard let answer = response.topics.first?.partitions.first else {
        throw VarveError(
          .badAnswer, "the broker did not answer for \(partition)", partition: partition)
      }
      try check(answer.errorCode, "the records of \(partition) were not deleted", partition)
      return answer.lowWatermark
    }
  }

  /// Throws what a broker said of a partition. Of what another leader may say otherwise, it is
  /// noted that topics are to be asked for again.
  func check(
    _ code: ErrorCode, _ what: String, _ partition: TopicPartition, _ message: String? = nil
  ) throws(VarveError) {
    guard code != .none else { return }
    if code.isOfLeaders || code == .unknownTopicOrPartition || code == .unknownTopicID {
      topicsChanged()
      refreshLater(partition.topic)
    }
    throw VarveError(refusing: what, code, message, in: partition)
  }

  /// Throws `.unavailable` where there is none now; `.unknownTopicOrPartition` where the topic is
  /// gone.
  func leader(of partition: TopicPartition) throws(VarveError) -> BrokerAddress {
    if let address = brokers.leader(of: partition) { return address }
    guard brokers.topic(partition.topic) != nil else {
      throw VarveError(
        .unknownTopicOrPartition, "there is no topic '\(partition.topic)' any more",
        partition: partition)
    }
    throw VarveError(
      .unavailable, "\(partition) has no leader at the moment", partition: partition)
  }

  private func byLeader(
    _ partitions: [TopicPartition]
  ) throws(VarveError) -> [BrokerAddress: [TopicPartition]] {
    var groups: [BrokerAddress: [TopicPartition]] = [:]
    for partition in partitions { groups[try leader(of: partition), default: []].append(partition) }
    return groups
  }
}

extension Isolation {
  /// As requests have it.
  var number: Int8 {
    switch self {
    case .readUncommitted: 0
    case .readCommitted: 1
    }
  }
}
