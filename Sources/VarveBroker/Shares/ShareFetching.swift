internal import VarveBase
package import VarveCoordination
internal import VarveLog
package import VarveProtocol

extension ShareClient {
  /// Answers a fetch: see ``ShareFetchRequest``.
  package func fetch(
    _ request: ShareFetchRequest
  ) async throws(CoordinatorError) -> ShareFetchResponse {
    try await ShareFetching(request: request, client: self).response()
  }
}

/// A fetch of a share group's member: acknowledges, acquires, and waits where there is nothing.
struct ShareFetching {
  /// The most that a response holds, whatever is asked for.
  private static let bytesMax = 55 << 20

  let request: ShareFetchRequest
  let client: ShareClient

  private typealias Answer = ShareFetchResponse.Topic.Partition

  func response() async throws(CoordinatorError) -> ShareFetchResponse {
    let isFinal = request.shareSessionEpoch == ShareSessions.finalEpoch
    let isFirst = request.shareSessionEpoch == ShareSessions.firstEpoch
    let acknowledged = request.acknowledged
    guard !isFirst || acknowledged.isEmpty else {
      throw CoordinatorError(
        .invalidRequest, "a request that begins a share session has nothing to acknowledge")
    }
    let targets: [ShareSessions.Target]
    do throws(ErrorCode) {
      targets = try client.sessions.fetch(
        client.key, epoch: request.shareSessionEpoch, adding: request.asked,
        forgetting: request.forgotten)
    } catch {
      throw CoordinatorError(
        error, "the share session of '\(client.key.member)' does not go on like this")
    }
    var answers: [ShareSessions.Target: Answer] = [:]
    for (target, batches) in acknowledged {
      let outcome = await client.acknowledge(batches, target)
      answers[target, default: answer(target)].acknowledgeErrorCode = outcome.code
      answers[target]?.acknowledgeErrorMessage = outcome.message
    }
    if isFinal {
      await client.release(targets)
    } else if !request.isRenewAcknowledgement, request.maxRecords > 0 {
      await fetch(targets, into: &answers)
    }
    return response(answers)
  }

  // MARK: Fetching

  /// Reads until there are records, or the time is over, or a partition fails.
  private func fetch(
    _ targets: [ShareSessions.Target],
    into answers: inout [ShareSessions.Target: Answer]
  ) async {
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(max(request.maxWaitMilliseconds, 0))
    while true {
      let partitions = targets.compactMap { try? client.partition($0) }
      let listener = client.shares.listen(client.key.group, to: partitions)
      defer { listener.stop() }
      if await fetchOnce(targets, into: &answers) || !answers.isEmpty { return }
      let left = clock.now.duration(to: end)
      guard left > .zero, !Task.isCancelled else { return }
      await listener.wait(milliseconds: left.milliseconds)
    }
  }

  /// True where there is something to be told.
  private func fetchOnce(
    _ targets: [ShareSessions.Target],
    into answers: inout [ShareSessions.Target: Answer]
  ) async -> Bool {
    var recordsLeft = Int(request.maxRecords)
    var bytesLeft = min(max(Int(request.maxBytes), 1), Self.bytesMax)
    var read: [ShareSessions.Target] = []
    var hasFailed = false
    for target in targets where recordsLeft > 0 && bytesLeft > 0 && !Task.isCancelled {
      do throws(CoordinatorError) {
        let reading = try await fetch(target, recordsLeft, bytesLeft)
        guard !reading.acquired.isEmpty else { continue }
        read.append(target)
        recordsLeft -= reading.acquired.reduce(0) { $0 + $1.offsets.count }
        bytesLeft -= reading.batches.count
        answers[target, default: answer(target)].take(reading)
      } catch {
        hasFailed = true
        answers[target, default: answer(target)].errorCode = error.code
        answers[target]?.errorMessage = error.message
      }
    }
    client.sessions.moveToEnd(read, of: client.key)
    return !read.isEmpty || hasFailed
  }

  private func fetch(
    _ target: ShareSessions.Target, _ limit: Int, _ bytesMax: Int
  ) async throws(CoordinatorError) -> ShareReading {
    let partition: Partition
    do throws(ErrorCode) { partition = try client.partition(target) } catch {
      throw CoordinatorError(error, "partition \(target.partition) is not served")
    }
    return try await client.shares.fetch(
      partition, group: client.key.group, member: client.key.member, limit: limit,
      bytesMax: bytesMax)
  }

  // MARK: Answers

  private func answer(_ target: ShareSessions.Target) -> Answer {
    var answer = Answer()
    answer.partitionIndex = target.partition
    return answer
  }

  private func response(
    _ answers: [ShareSessions.Target: Answer]
  ) -> ShareFetchResponse {
    var response = ShareFetchResponse()
    response.acquisitionLockTimeoutMilliseconds = client.shares.lockDuration(of: client.key.group)
    let order = answers.keys.sorted {
      ($0.topicID.rawValue, $0.partition) < ($1.topicID.rawValue, $1.partition)
    }
    for target in order {
      guard let answer = answers[target] else { continue }
      if response.topics.last?.topicID != target.topicID {
        var topic = ShareFetchResponse.Topic()
        topic.topicID = target.topicID
        response.topics.append(topic)
      }
      response.topics[response.topics.count - 1].partitions.append(answer)
    }
    return response
  }
}

extension ShareFetchResponse.Topic.Partition {
  fileprivate mutating func take(_ reading: ShareReading) {
    records = reading.batches
    acquiredRecords = reading.acquired.map { acquired in
      var records = AcquiredRecords()
      records.firstOffset = Offset(acquired.offsets.lowerBound)
      records.lastOffset = Offset(acquired.offsets.upperBound)
      records.deliveryCount = acquired.deliveryCount
      return records
    }
  }
}

extension ShareFetchRequest {
  fileprivate var asked: [ShareSessions.Target] {
    topics.flatMap { topic in
      topic.partitions.map {
        ShareSessions.Target(topicID: topic.topicID, partition: $0.partitionIndex)
      }
    }
  }

  fileprivate var forgotten: [ShareSessions.Target] {
    forgottenTopics.flatMap { topic in
      topic.partitions.map { ShareSessions.Target(topicID: topic.topicID, partition: $0) }
    }
  }

  fileprivate var acknowledged: [(ShareSessions.Target, [ShareAcknowledgementBatch])] {
    topics.flatMap { topic in
      topic.partitions.compactMap { partition in
        if partition.acknowledgementBatches.isEmpty { return nil }
        return (
          ShareSessions.Target(topicID: topic.topicID, partition: partition.partitionIndex),
          partition.acknowledgementBatches
        )
      }
    }
  }
}

extension Duration {
  /// Rounded up.
  fileprivate var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }
}
