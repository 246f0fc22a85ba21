internal import VarveBase
internal import VarveCoordination

extension GroupConsumer {
  /// Whether the group has something for the consumer to do before it reads on.
  var hasNews: Bool {
    if isClosed { return true }
    return switch session.phase {
    case .lost, .left, .failed: true
    case .member: session.reconciliation.map { !isUnresolved($0) } ?? false
    case .leaving: withState { !$0.names.isEmpty }
    case .joining: false
    }
  }

  /// Does what the group wants, until it wants nothing more.
  func followGroup() async throws(VarveError) {
    while !isClosed {
      switch session.phase {
      case .failed(let error):
        await giveUp(RebalanceEvent.lost)
        throw VarveError(error)
      case .lost, .left:
        await giveUp(RebalanceEvent.lost)
        session.rejoin()
      case .leaving:
        // The body took too long, so that others get the partitions.
        await giveUp(RebalanceEvent.lost)
        return
      case .joining: return
      case .member:
        guard let change = session.reconciliation, !isUnresolved(change) else { return }
        try await reconcile(change)
      }
    }
  }

  /// What was found to be about unknown topics, as long as the topics are the same.
  struct Unresolved {
    let change: GroupMembership.Reconciliation
    let topicsVersion: Int
  }

  private func isUnresolved(_ change: GroupMembership.Reconciliation) -> Bool {
    withState { state in
      state.unresolved?.change == change && state.unresolved?.topicsVersion == cluster.topicsVersion
    }
  }

  /// Stops reading everything that the group has taken away.
  private func giveUp(_ event: ([TopicPartition]) -> RebalanceEvent) async {
    let partitions = withState { state in
      defer {
        state.names = [:]
        state.shown = nil
      }
      return state.names.values.sorted()
    }
    guard !partitions.isEmpty else { return }
    reader.unassign(partitions)
    await settle(partitions)
    await options.onRebalance(self, event(partitions))
  }

  /// Waits for the records of some partitions that are being processed.
  private func settle(_ partitions: [TopicPartition]) async {
    if let settle = withState({ $0.settle }) { await settle(partitions) }
  }

  /// Gives up partitions, lets the group know, and takes over others.
  private func reconcile(_ change: GroupMembership.Reconciliation) async throws(VarveError) {
    if !change.revoked.isEmpty { await revoke(change.revoked) }
    let topicsVersion = cluster.topicsVersion
    let added = try await named(change.added)
    guard !added.isEmpty else {
      let rest = GroupMembership.Reconciliation(revoked: [], added: change.added)
      return withState {
        $0.unresolved = Unresolved(change: rest, topicsVersion: topicsVersion)
      }
    }
    try await add(added)
  }

  private func revoke(_ revoked: Set<AssignedPartition>) async {
    let partitions = withState { state in
      revoked.compactMap { state.names[$0] }.sorted()
    }
    reader.unassign(partitions)
    await settle(partitions)
    if !partitions.isEmpty { await options.onRebalance(self, .revoked(partitions)) }
    withState { state in
      for partition in revoked { state.names[partition] = nil }
    }
    _ = session.reconcile(revoked: revoked, added: [])
  }

  private func add(_ added: [AssignedPartition: TopicPartition]) async throws(VarveError) {
    let positions = try await positions(of: Array(added.values))
    let taken = session.reconcile(revoked: [], added: Set(added.keys))
    let names = added.filter { taken.contains($0.key) }
    guard !names.isEmpty else { return }
    withState { state in state.names.merge(names) { $1 } }
    let partitions = names.values.sorted()
    for partition in partitions {
      if let (client, offset) = positions[partition] { reader.assign(client, at: offset) }
    }
    await options.onRebalance(self, .assigned(partitions))
  }

  /// The names of partitions of topics that exist.
  private func named(
    _ partitions: Set<AssignedPartition>
  ) async throws(VarveError) -> [AssignedPartition: TopicPartition] {
    guard !partitions.isEmpty else { return [:] }
    var names: [TopicID: TopicInfo] = [:]
    for topic in try await cluster.topics() { names[topic.id] = topic }
    var result: [AssignedPartition: TopicPartition] = [:]
    for partition in partitions {
      guard let topic = names[partition.topicID], partition.partition < topic.partitionCount
      else { continue }
      result[partition] = TopicPartition(topic: topic.name, partition: partition.partition)
    }
    return result
  }

  /// Where to begin: at what is committed, or where the options say.
  private func positions(
    of partitions: [TopicPartition]
  ) async throws(VarveError) -> [TopicPartition: (client: any PartitionClient, offset: Offset)] {
    let committed = try await fetchCommitted(partitions)
    var positions: [TopicPartition: (client: any PartitionClient, offset: Offset)] = [:]
    for partition in partitions {
      let route = try await cluster.route(to: partition.topic.description)
      let client = try route.partition(partition.partition)
      let offset =
        if let committed = committed[partition] { committed.offset } else {
          try await options.start.offset(in: client, isolation: options.reading.isolation)
        }
      positions[partition] = (client, offset)
    }
    return positions
  }
}
