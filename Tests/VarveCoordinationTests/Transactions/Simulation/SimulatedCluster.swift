import VarveBase
import VarveCoordination
import VarveLog
import VarveProtocol
import VarveTestKit

/// Brokers: the coordinator with its log, the partitions and the groups' offsets.
///
/// What the shell of a coordinator does, in its plainest form: decisions are appended, then
/// answered and carried out. A restart keeps what was appended.
struct SimulatedCluster {
  /// What a shell might get wrong.
  enum Fault: CaseIterable {
    case forgetsMarkersOnRestart, answersBeforeItStores, needsOneMarkerOnly, welcomesZombies
    case marksCommitAfterRestart, takesAnyPartition
  }

  /// What became of a decision.
  enum Fate { case stored, lostBefore, lostAfter, refused }

  let fault: Fault?
  private(set) var coordinator: TransactionCoordinator
  private(set) var stored: [TransactionRecord] = []
  private(set) var partitions: [SimulatedLog]
  /// What an outcome has to be written to, until all is written.
  private(set) var marking: [Int: (markers: TransactionMarkers, remaining: Set<Int>)] = [:]
  /// Numbers `marking`.
  private var markingCount = 0
  private var producerIDs = ProducerIDBlock()
  private var nextProducerID: Int64
  /// The instance of each slot that was started last.
  private var owners: [Int: Int] = [:]
  private(set) var violations: [String] = []

  static let settings: TransactionSettings = {
    var settings = TransactionSettings()
    settings.maxTimeout = 5_000
    return settings
  }()

  /// The partition of the groups' offsets.
  static let offsets = SimulatedHistory.partitionCount
  static let names = (0...offsets).map {
    $0 == offsets ? ("__consumer_offsets", Int32(0)) : ("out", Int32($0))
  }

  init(fault: Fault?) {
    self.fault = fault
    coordinator = TransactionCoordinator(Self.settings, coordinatorEpoch: 0)
    partitions = Array(repeating: SimulatedLog(), count: Self.offsets + 1)
    nextProducerID = 1_000
  }

  /// Begins with producers that have nearly run out of epochs.
  mutating func load(_ records: [TransactionRecord], at now: Moment) {
    stored = records
    restart(at: now)
  }

  // MARK: - Requests

  mutating func answer(
    _ request: SimulatedRequest, of client: SimulatedClient, as producer: SimulatedProducer?,
    at now: Moment, fate: Fate
  ) -> SimulatedReply? {
    if producerIDs.isEmpty {
      producerIDs = ProducerIDBlock(nextProducerID..<nextProducerID + 3)
      nextProducerID += 3
    }
    var producer = producer ?? SimulatedProducer(-1, -1)
    if fault == .welcomesZombies, let state = coordinator.transactions[client.transactionalID] {
      producer = SimulatedProducer(state.producerID, state.epoch)
    }
    switch request {
    case .start(let current):
      return start(client, as: current.map { _ in producer }, at: now, fate)
    case .fetchOffset:
      let offset = partitions[Self.offsets].committedOffset(of: client.slot)
      return SimulatedReply(code: offset == nil ? .unstableOffsetCommit : .none, offset: offset)
    case .add(let partition): return add(partition, client, producer, at: now, fate)
    case .produce(let partition, let sequence, let records):
      return append(
        records.map { .record($0) }, to: partition, sequence, client, producer, at: now, fate)
    case .addOffsets: return addOffsets(client, producer, at: now, fate)
    case .commitOffset(let offset):
      return append(
        [.committedOffset(slot: client.slot, offset)], to: Self.offsets, nil, client, producer,
        at: now, fate)
    case .end(let commit): return end(client, producer, commit, at: now, fate)
    }
  }

  private mutating func start(
    _ client: SimulatedClient, as producer: SimulatedProducer?, at now: Moment, _ fate: Fate
  ) -> SimulatedReply? {
    var request = InitProducerIdRequest()
    request.transactionalID = client.transactionalID
    request.transactionTimeoutMilliseconds = 1_500
    if let producer { (request.producerID, request.producerEpoch) = (producer.id, producer.epoch) }
    var ids = producerIDs
    let reply = decide(at: now, fate) { coordinator throws(CoordinatorError) in
      try coordinator.initProducer(request, version: 5, producerIDs: &ids, at: now)
    } reply: {
      SimulatedReply(
        code: $0.errorCode, producer: SimulatedProducer($0.producerID, $0.producerEpoch))
    }
    producerIDs = ids
    if reply?.code == ErrorCode.none, producer != nil { checkOwner(client, "starts again") }
    if reply?.code == ErrorCode.none { owners[client.slot] = client.number }
    return reply
  }

  private mutating func add(
    _ partition: Int, _ client: SimulatedClient, _ producer: SimulatedProducer,
    verifies: Bool = false,
    at now: Moment, _ fate: Fate
  ) -> SimulatedReply? {
    var request = AddPartitionsToTxnRequest.Transaction()
    request.transactionalID = client.transactionalID
    (request.producerID, request.producerEpoch) = (producer.id, producer.epoch)
    request.verifiesOnly = verifies
    var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
    topic.name = Self.names[partition].0
    topic.partitions = [Self.names[partition].1]
    request.topics = [topic]
    let version: Int16 = client.version == 2 || verifies ? 5 : 3
    let reply = decide(at: now, fate) { coordinator throws(CoordinatorError) in
      coordinator.addPartitions(request, version: version, at: now)
    } reply: {
      SimulatedReply(code: $0.topicResults[0].resultsByPartition[0].partitionErrorCode)
    }
    if reply?.code == ErrorCode.none { checkOwner(client, "adds a partition") }
    return reply
  }

  private mutating func addOffsets(
    _ client: SimulatedClient, _ producer: SimulatedProducer, at now: Moment, _ fate: Fate
  ) -> SimulatedReply? {
    var request = AddOffsetsToTxnRequest()
    request.transactionalID = client.transactionalID
    (request.producerID, request.producerEpoch) = (producer.id, producer.epoch)
    request.groupID = client.transactionalID
    let partition = TopicPartition(directoryName: "__consumer_offsets-0")
    return decide(at: now, fate) { coordinator throws(CoordinatorError) in
      guard let partition else { throw CoordinatorError(.unknownServerError, "no such name") }
      return try coordinator.addOffsets(request, to: partition, version: 3, at: now)
    } reply: {
      SimulatedReply(code: $0.errorCode)
    }
  }

  /// Appends to a partition, after it was made sure that it is part of the transaction (KIP-890).
  private mutating func append(
    _ contents: [SimulatedLog.Content], to partition: Int, _ sequence: Int32?,
    _ client: SimulatedClient, _ producer: SimulatedProducer, at now: Moment, _ fate: Fate
  ) -> SimulatedReply? {
    if !partitions[partition].isOpen(producer), fault != .takesAnyPartition {
      let added = add(
        partition, client, producer, verifies: client.version == 1, at: now, fate)
      guard let added, added.code == .none else { return added }
    }
    do throws(LogError) {
      let result = try partitions[partition].append(contents, of: producer, sequence: sequence)
      if !result.isDuplicate { checkOwner(client, "appends") }
      return SimulatedReply(offset: result.offset.rawValue)
    } catch {
      return SimulatedReply(
        code: error.code == .invalidProducerEpoch ? .invalidProducerEpoch : .unknownServerError)
    }
  }

  private mutating func end(
    _ client: SimulatedClient, _ producer: SimulatedProducer, _ commit: Bool, at now: Moment,
    _ fate: Fate
  ) -> SimulatedReply? {
    var request = EndTxnRequest()
    request.transactionalID = client.transactionalID
    (request.producerID, request.producerEpoch) = (producer.id, producer.epoch)
    request.isCommit = commit
    var ids = producerIDs
    let reply = decide(at: now, fate) { coordinator throws(CoordinatorError) in
      try coordinator.end(
        request, version: client.version == 2 ? 5 : 4, producerIDs: &ids, at: now)
    } reply: {
      SimulatedReply(
        code: $0.errorCode, producer: SimulatedProducer($0.producerID, $0.producerEpoch))
    }
    producerIDs = ids
    if reply?.code == ErrorCode.none { checkOwner(client, "ends its transaction") }
    return reply
  }

  private mutating func checkOwner(_ client: SimulatedClient, _ what: String) {
    guard let owner = owners[client.slot], owner > client.number else { return }
    violations.append(
      "instance \(client.number) of \(client.transactionalID) \(what), and instance \(owner) has"
        + " taken its place")
  }

  // MARK: - Decisions

  private mutating func decide<Reply>(
    at now: Moment, _ fate: Fate,
    _ decide: (inout TransactionCoordinator) throws(CoordinatorError) ->
      TransactionDecision<Reply>,
    reply: (Reply) -> SimulatedReply
  ) -> SimulatedReply? {
    do {
      let decision = try decide(&coordinator)
      if decision.records.isEmpty { return reply(decision.reply) }
      switch fate {
      case .stored:
        stored += decision.records
        perform(decision.effects)
        return reply(decision.reply)
      case .lostBefore:
        restart(at: now)
        return fault == .answersBeforeItStores ? reply(decision.reply) : nil
      case .lostAfter:
        stored += decision.records
        restart(at: now)
        return nil
      case .refused:
        restart(at: now)
        return SimulatedReply(code: .coordinatorNotAvailable)
      }
    } catch {
      return SimulatedReply(code: error.code)
    }
  }

  private mutating func perform(_ effects: [TransactionEffect], isRestart: Bool = false) {
    for case .writeMarkers(var markers) in effects {
      if isRestart, fault == .marksCommitAfterRestart { markers.isCommit = true }
      let remaining = Self.names.indices.filter {
        markers.partitions[Self.names[$0].0]?.contains(Self.names[$0].1) ?? false
      }
      marking[markingCount] = (markers, Set(remaining))
      markingCount += 1
    }
  }

  /// Loses what is not stored. The partitions keep what they have.
  mutating func restart(at now: Moment) {
    marking = [:]
    coordinator = TransactionCoordinator(Self.settings, coordinatorEpoch: 0)
    for record in stored { coordinator.replay(record) }
    let decision = coordinator.loaded(at: now)
    if fault != .forgetsMarkersOnRestart { perform(decision.effects, isRestart: true) }
  }

  mutating func expire(at now: Moment) {
    guard let deadline = coordinator.nextDeadline, deadline <= now.uptime else { return }
    let decision = coordinator.expire(at: now)
    stored += decision.records
    perform(decision.effects)
  }

  /// Writes a marker to one partition of one outcome; reports the last.
  mutating func mark(_ number: Int, at now: Moment, _ random: inout SeededGenerator) {
    guard var task = marking[number] else { return }
    if let index = task.remaining.sorted().randomElement(using: &random) {
      do throws(LogError) {
        try partitions[index].mark(
          SimulatedProducer(task.markers.producerID, task.markers.producerEpoch),
          commits: task.markers.isCommit, coordinatorEpoch: task.markers.coordinatorEpoch)
      } catch { violations.append("a marker is refused: \(error)") }
      task.remaining.remove(index)
      marking[number] = task
    }
    guard task.remaining.isEmpty || fault == .needsOneMarkerOnly else { return }
    marking[number] = nil
    let decision = coordinator.markersWritten(task.markers, at: now)
    stored += decision.records
    perform(decision.effects)
  }
}
