internal import Synchronization
internal import VarveBase
internal import VarveClient
internal import VarveProtocol

// Taking records.
extension RemoteShareMember {
  /// How long a broker keeps a fetch that it has nothing for. What is said of records meanwhile
  /// waits for its answer at brokers that do not end it for that.
  private static let patience = Duration.milliseconds(500)
  /// The same where there are other brokers that may have something.
  private static let shortPatience = Duration.milliseconds(50)
  /// Before a broker is asked again that has not waited.
  private static let pause = Duration.milliseconds(20)

  /// As `ShareEngine` says. A member that is new waits for its share of the partitions first.
  func fetch(
    recordsMax: Int, bytesMax: Int, wait: Int64
  ) async throws(VarveError) -> [SharedSlice] {
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(wait)
    try await join()
    while !Task.isCancelled {
      let version = turns.version
      let left = max(clock.now.duration(to: end), .zero)
      if takeTurn() {
        defer { giveTurn() }
        let slices = try await cluster.persistently { () throws(VarveError) in
          try await self.fetchOnce(recordsMax, bytesMax, wait: left)
        }
        if !slices.isEmpty || left == .zero { return slices }
      } else {
        guard left > .zero else { return [] }
        await turns.wait(after: version)
      }
    }
    return []
  }

  private func takeTurn() -> Bool {
    state.withLock { state in
      defer { state.isFetching = true }
      return !state.isFetching
    }
  }

  private func giveTurn() {
    state.withLock { $0.isFetching = false }
    turns.signal()
  }

  /// Asks one broker.
  private func fetchOnce(
    _ recordsMax: Int, _ bytesMax: Int, wait: Duration
  ) async throws(VarveError) -> [SharedSlice] {
    let version = changes.version
    let leaders = try await assignedByLeader()
    guard !leaders.isEmpty else {
      await changes.wait(after: version, atMost: min(wait, Self.patience))
      return []
    }
    let turn = state.withLock { state in
      state.turn = (state.turn + 1) % leaders.count
      return state.turn
    }
    let (address, partitions) = leaders[turn]
    let session = session(at: address)
    let clock = ContinuousClock()
    let start = clock.now
    let patience = min(wait, leaders.count == 1 ? Self.patience : Self.shortPatience)
    let fetched = try await withTaskCancellationHandler {
      await session.fetch(
        Set(partitions.keys), recordsMax: recordsMax, bytesMax: bytesMax, wait: patience)
    } onCancel: {
      Task { await session.hurry() }
    }.get()
    let slices = try slices(of: fetched.response, partitions)
    if slices.isEmpty, !fetched.isHurried, clock.now - start < patience / 2 {
      // Throws where it is cancelled, which the caller looks at.
      try? await clock.sleep(for: Self.pause)
    }
    return slices
  }

  // MARK: What is fetched from

  private typealias Share = (address: BrokerAddress, [AssignedPartition: TopicPartition])

  /// The member's partitions. Throws `.unknownTopicOrPartition` where there is none, a topic being
  /// gone; `.unavailable` while one has no leader.
  private func assignedByLeader() async throws(VarveError) -> [Share] {
    let assigned = state.withLock { $0.membership.assigned }
    var names = names(of: assigned)
    if assigned.isEmpty || assigned.contains(where: { !isKnown($0, names) }) {
      for topic in topics { _ = try await cluster.find(topic) }
      names = self.names(of: assigned)
    }
    var shares: [BrokerAddress: [AssignedPartition: TopicPartition]] = [:]
    for partition in assigned {
      // One that has no name is of a topic that was deleted: a heartbeat will say so.
      guard let id = names[partition] else { continue }
      shares[try cluster.leader(of: id), default: [:]][partition] = id
    }
    return shares.map { ($0.key, $0.value) }.sorted {
      $0.address.description < $1.address.description
    }
  }

  private func isKnown(
    _ partition: AssignedPartition, _ names: [AssignedPartition: TopicPartition]
  ) -> Bool {
    names[partition].map { brokers.leader(of: $0) != nil } ?? false
  }

  private func names(
    of assigned: Set<AssignedPartition>
  ) -> [AssignedPartition: TopicPartition] {
    var byID: [TopicID: TopicName] = [:]
    for topic in topics {
      if let known = brokers.topic(topic) { byID[known.id] = topic }
    }
    var names: [AssignedPartition: TopicPartition] = [:]
    for partition in assigned {
      names[partition] = byID[partition.topicID].map {
        TopicPartition(topic: $0, partition: partition.partition)
      }
    }
    return names
  }

  // MARK: What came

  /// What one partition fails with is thrown where there is nothing of others, which would be lost
  /// with it.
  private func slices(
    of response: ShareFetchResponse, _ partitions: [AssignedPartition: TopicPartition]
  ) throws(VarveError) -> [SharedSlice] {
    var slices: [SharedSlice] = []
    var failure: VarveError?
    for topic in response.topics {
      for answer in topic.partitions {
        let partition = AssignedPartition(
          topicID: topic.topicID, partition: answer.partitionIndex)
        guard let id = partitions[partition] else { continue }
        do throws(VarveError) {
          try cluster.check(
            answer.errorCode, "\(id) cannot be fetched from", id, answer.errorMessage)
          guard !answer.acquiredRecords.isEmpty else { continue }
          slices.append(
            SharedSlice(source: id, batches: answer.records, acquired: try answer.acquired(of: id)))
        } catch { failure = failure ?? error }
      }
    }
    if slices.isEmpty, let failure { throw failure }
    return slices
  }
}

extension ShareFetchResponse.Topic.Partition {
  /// The records that are the member's, in the order of their offsets.
  fileprivate func acquired(
    of id: TopicPartition
  ) throws(VarveError) -> [(offsets: ClosedRange<Offset>, deliveryCount: Int)] {
    var acquired: [(offsets: ClosedRange<Offset>, deliveryCount: Int)] = []
    var next: Offset = 0
    for records in acquiredRecords.sorted(by: { $0.firstOffset < $1.firstOffset }) {
      guard next <= records.firstOffset, records.firstOffset <= records.lastOffset,
        records.lastOffset.rawValue < Int64.max
      else {
        throw VarveError(
          .badAnswer,
          "the broker gives records \(records.firstOffset) to \(records.lastOffset) of \(id)",
          partition: id)
      }
      next = records.lastOffset + 1
      acquired.append((records.firstOffset...records.lastOffset, Int(records.deliveryCount)))
    }
    return acquired
  }
}
