internal import VarveBase
package import VarveCoordination
internal import VarveLog
package import VarveProtocol

extension ShareClient {
  /// Begins to answer a fetch: see ``ShareFetchRequest``. It has its place in its session once this
  /// has returned: the connection's next request may be begun.
  package func beginFetch(
    _ request: ShareFetchRequest, from owner: ShareSessions.Owner
  ) throws(CoordinatorError) -> ShareFetching {
    guard request.shareSessionEpoch != ShareSessions.firstEpoch || request.acknowledged.isEmpty
    else {
      throw CoordinatorError(
        .invalidRequest, "a request that begins a share session has nothing to acknowledge")
    }
    do throws(ErrorCode) {
      let turn = try sessions.fetch(
        key, epoch: request.shareSessionEpoch, from: owner, adding: request.asked,
        forgetting: request.forgotten)
      return ShareFetching(request: request, client: self, turn: turn)
    } catch {
      throw CoordinatorError(
        error, "the share session of '\(key.member)' does not go on like this")
    }
  }
}

/// A fetch of a share group's member: acknowledges, acquires, and waits where there is nothing.
package struct ShareFetching: Sendable {
  /// The most that a response holds, whatever is asked for.
  private static let bytesMax = 55 << 20

  let request: ShareFetchRequest
  let client: ShareClient
  let turn: ShareSessions.Turn

  private typealias Answer = ShareFetchResponse.Topic.Partition

  package func response() async -> ShareFetchResponse {
    var answers: [ShareSessions.Target: Answer] = [:]
    await client.shares.release(turn.abandoned, of: client.key)
    for (target, batches) in request.acknowledged {
      let outcome = await client.acknowledge(batches, target)
      answers[target, default: answer(target)].acknowledgeErrorCode = outcome.code
      answers[target]?.acknowledgeErrorMessage = outcome.message
    }
    if request.shareSessionEpoch == ShareSessions.finalEpoch {
      await client.shares.release(turn.targets, of: client.key)
    } else if !request.isRenewAcknowledgement, request.maxRecords > 0 {
      await fetch(turn.targets, into: &answers)
    }
    return response(answers)
  }

  // MARK: Fetching

  /// Reads until there are records, or the time is over, or a partition fails, or the session has
  /// another request. Where it has ended meanwhile, nobody gets what was acquired.
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
      if await fetchOnce(targets, into: &answers) || !answers.isEmpty { break }
      let left = clock.now.duration(to: end)
      guard left > .zero, !Task.isCancelled,
        client.sessions.wait(turn, of: client.key, { listener.finish() })
      else { return }
      await listener.wait(milliseconds: left.milliseconds)
    }
    guard !client.sessions.goesOn(turn, of: client.key) else { return }
    for (target, answer) in answers { await giveBack(answer, of: target) }
    answers = [:]
  }

  private func giveBack(_ answer: Answer, of target: ShareSessions.Target) async {
    await client.shares.cancel(
      answer.acquiredRecords.map { $0.firstOffset.rawValue...$0.lastOffset.rawValue }, target,
      of: client.key)
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
