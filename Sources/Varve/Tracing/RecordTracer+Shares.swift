internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

/// What share groups did with a record.
extension RecordTracer {
  /// What was written down while a group was traced, as it happened, and of which groups there is
  /// anything of the record's partition.
  func toldEvents(
    of record: TracedRecord
  ) async throws(VarveError) -> (steps: [TraceStep], groups: Set<String>) {
    var (steps, groups): ([TraceStep], Set<String>) = ([], [])
    for client in try await partitions(of: TopicName.trace.description) {
      try await forEach(TraceRecord.self, of: client) { told, time in
        guard told.key.topicID == record.topicID,
          told.key.partition == record.place.partition.partition
        else { return }
        groups.insert(told.value.groupID)
        for event in told.value.events
        where event.firstOffset <= record.place.offset && record.place.offset <= event.lastOffset {
          take(event, of: told.value.groupID, at: time, into: &steps)
        }
      }
    }
    return (steps, groups)
  }

  /// A delivery that was taken back was none. Kinds that a later version has told are left out.
  private func take(
    _ event: TraceEvent, of group: String, at time: Timestamp, into steps: inout [TraceStep]
  ) {
    guard let kind = ShareEvent.Kind(rawValue: event.kind) else { return }
    if kind == .withdrawn {
      let delivery = steps.lastIndex { $0.name == .fetch && $0.group == group }
      if let delivery { steps.remove(at: delivery) }
      return
    }
    steps.append(
      TraceStep(
        kind.step, at: time, group: group, member: event.memberID.isEmpty ? nil : event.memberID,
        deliveries: event.deliveryCount > 0 ? Int(event.deliveryCount) : nil,
        kind == .delayed ? "not before \(Timestamp(event.until).text)" : event.text))
  }

  /// What `__share_group_state` has. Of groups that are traced, the end alone.
  func stateChanges(
    of record: TracedRecord, tracedGroups: Set<String>
  ) async throws(VarveError) -> (steps: [TraceStep], untraced: [String]) {
    var states: [String: StoredState] = [:]
    for client in try await partitions(of: TopicName.shareGroupState.description) {
      try await forEach(ShareStateRecord.self, of: client) { stored, time in
        guard let change = StoredChange(stored), change.topicID == record.topicID,
          change.partition == record.place.partition.partition
        else { return }
        states[change.group, default: StoredState()].take(
          change, record.place.offset.rawValue, at: time)
      }
    }
    var steps: [TraceStep] = []
    for (group, state) in states.sorted(by: { $0.key < $1.key }) {
      let isTraced = tracedGroups.contains(group)
      steps += state.steps(of: group).filter { !isTraced || $0.name == .commit }
    }
    return (steps, states.keys.filter { !tracedGroups.contains($0) }.sorted())
  }

  /// Goes through the records of an internal topic that are committed.
  private func forEach<Stored: CoordinatorRecord>(
    _ type: Stored.Type, of client: any PartitionClient,
    _ body: (Stored, Timestamp) -> Void
  ) async throws(VarveError) {
    let start = try await client.info().startOffset
    var reader = BatchReader(client, from: start, isolation: .readCommitted)
    while let batch = try await reader.fetch() {
      for record in batch {
        guard let key = record.key else { continue }
        do throws(WireError) {
          let stored: Stored?
          if let value = record.value {
            stored = try Stored(key: key.bytes, value: value.bytes)
          } else {
            stored = try Stored(key: key.bytes, value: nil)
          }
          if let stored { body(stored, record.timestamp) }
        } catch {
          throw VarveError(
            .corrupt, "the record at offset \(record.offset) does not decode: \(error)",
            partition: client.id, cause: error)
        }
      }
    }
  }

  /// Where consumer groups' commits went past it: the first of each that is still there.
  func commits(past record: TracedRecord) async throws(VarveError) -> [TraceStep] {
    var first: [String: TraceStep] = [:]
    let id = record.place.partition
    for client in try await partitions(of: TopicName.consumerOffsets.description) {
      try await forEach(GroupRecord.self, of: client) { stored, time in
        guard case .offsetCommit(let key, let value?) = stored, first[key.group] == nil,
          key.topic == id.topic.description, key.partition == id.partition,
          value.offset > record.place.offset
        else { return }
        first[key.group] = TraceStep(
          .commit, at: time, group: key.group, "offset \(value.offset)")
      }
    }
    return first.sorted { $0.key < $1.key }.map(\.value)
  }
}

extension ShareEvent.Kind {
  fileprivate var step: TraceStep.Name {
    switch self {
    case .delivered, .withdrawn: .fetch
    case .renewed: .renew
    case .accepted, .missing: .process
    case .released: .release
    case .rejected: .reject
    case .timedOut: .timeout
    case .delayed: .delay
    case .repeated: .repeat
    case .givenUp: .giveUp
    case .deadLettered: .letter
    case .parked: .park
    case .unparked: .unpark
    }
  }
}
