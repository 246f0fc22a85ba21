internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveLog

/// Share groups of the engine in this process.
///
/// A consumer in this process is no member in the sense of an assignment: it may take from every
/// partition of its topics, and its records come back with its process. Members over the wire share
/// the group with it.
struct LocalShares: ShareEngine {
  let broker: Broker

  func fetch(
    _ ids: [TopicPartition], for consumer: ShareIdentity, recordsMax: Int, bytesMax: Int,
    wait: Int64
  ) async throws(VarveError) -> [SharedSlice] {
    var partitions: [Partition] = []
    for id in ids { partitions.append(try partition(id)) }
    let clock = ContinuousClock()
    let end = clock.now + .milliseconds(wait)
    while true {
      let listener = broker.shares.listen(consumer.group, to: partitions)
      defer { listener.stop() }
      let slices = try await fetchOnce(partitions.shuffled(), consumer, recordsMax, bytesMax)
      let left = clock.now.duration(to: end)
      guard slices.isEmpty, left > .zero, !Task.isCancelled else { return slices }
      await listener.wait(milliseconds: max(left.milliseconds, 1))
    }
  }

  private func fetchOnce(
    _ partitions: [Partition], _ consumer: ShareIdentity, _ recordsMax: Int, _ bytesMax: Int
  ) async throws(VarveError) -> [SharedSlice] {
    var (recordsLeft, bytesLeft) = (recordsMax, bytesMax)
    var slices: [SharedSlice] = []
    for partition in partitions where recordsLeft > 0 && bytesLeft > 0 && !Task.isCancelled {
      let reading: ShareReading
      do throws(CoordinatorError) {
        reading = try await broker.shares.fetch(
          partition, group: consumer.group, member: consumer.member, limit: recordsLeft,
          bytesMax: bytesLeft)
      } catch {
        // What was acquired before is not to be lost with the failure of another.
        if !slices.isEmpty { return slices }
        throw VarveError(error, in: partition.id)
      }
      guard !reading.acquired.isEmpty else { continue }
      recordsLeft -= reading.acquired.reduce(0) { $0 + $1.offsets.count }
      bytesLeft -= reading.batches.count
      slices.append(
        SharedSlice(
          source: partition.id, batches: reading.batches,
          acquired: reading.acquired.map {
            (
              Offset($0.offsets.lowerBound)...Offset($0.offsets.upperBound), Int($0.deliveryCount)
            )
          }))
    }
    return slices
  }

  func acknowledge(
    _ offsets: [ClosedRange<Offset>], of id: TopicPartition, for consumer: ShareIdentity,
    as acknowledgement: ShareAcknowledgement
  ) async throws(VarveError) {
    let partition = try partition(id)
    let acknowledgements = offsets.map {
      Acknowledgement(
        $0.lowerBound.rawValue...$0.upperBound.rawValue, [acknowledgement.type],
        retryDelay: acknowledgement.retryDelay, reason: acknowledgement.reason,
        token: acknowledgement.token)
    }
    do throws(CoordinatorError) {
      try await broker.shares.acknowledge(
        acknowledgements, of: partition, group: consumer.group, member: consumer.member)
    } catch { throw VarveError(error, in: id) }
  }

  func release(
    _ ids: [TopicPartition], of consumer: ShareIdentity
  ) async throws(VarveError) {
    for id in ids {
      // A topic that is gone has nothing to give back.
      guard let partition = try? partition(id) else { continue }
      do throws(CoordinatorError) {
        try await broker.shares.release(
          partition, group: consumer.group, member: consumer.member)
      } catch { throw VarveError(error, in: id) }
    }
  }

  func configure(_ group: String, set configs: [GroupConfig]) throws(VarveError) {
    let changes = configs.map { ConfigChange.set(name: $0.name, value: $0.value) }
    do throws(BrokerError) {
      try broker.alterGroupConfigs(of: group, changes, onlyValidates: false)
    } catch { throw VarveError(error) }
  }

  func lockDuration(of group: String) -> Duration {
    .milliseconds(broker.shares.lockDuration(of: group))
  }

  func progress(of group: String) async throws(VarveError) -> [SharedPartition] {
    do throws(CoordinatorError) {
      return try await broker.shares.positions(of: group).compactMap { SharedPartition($0) }
    } catch { throw VarveError(error) }
  }

  func unpark(_ token: String, in group: String) async throws(VarveError) -> Int {
    do throws(CoordinatorError) { return try await broker.shares.unpark(token, of: group) } catch {
      throw VarveError(error)
    }
  }

  func first(
    ofCopyAt offset: Offset, in id: TopicPartition, group: String
  ) async throws(VarveError) -> Offset? {
    let partition = try partition(id)
    do throws(CoordinatorError) {
      return try await broker.shares.first(ofCopyAt: offset, of: partition, group: group)
    } catch { throw VarveError(error, in: id) }
  }

  private func partition(_ id: TopicPartition) throws(VarveError) -> Partition {
    do throws(BrokerError) { return try broker.partition(id) } catch { throw VarveError(error) }
  }
}

extension SharedPartition {
  fileprivate init?(_ position: BrokerShares.Position) {
    guard let topic = try? TopicName(position.topic) else { return nil }
    self.init(
      id: TopicPartition(topic: topic, partition: position.partition),
      startOffset: position.startOffset, remaining: position.lag, ready: position.depths.ready,
      delayed: position.depths.delayed, locked: position.depths.locked,
      failing: position.depths.failing, parked: position.depths.parked,
      counts: Counts(position.depths.counts),
      oldestAge: position.oldestAge.map { .milliseconds($0) },
      flow: position.flow.map { Flow(in: $0.in, out: $0.out) })
  }
}

extension SharedPartition.Counts {
  fileprivate init(_ counts: ShareCounts) {
    self.init()
    (delivered, redelivered) = (counts.delivered, counts.redelivered)
    (accepted, released, rejected) = (counts.accepted, counts.released, counts.rejected)
    (timedOut, expired, repeated) = (counts.timedOut, counts.expired, counts.repeated)
    (deadLettered, forgottenIDs) = (counts.deadLettered, counts.forgottenIDs)
  }
}
