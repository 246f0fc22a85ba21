import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// A coordinator with a log of its records. After every step another one, which only replays the
/// log, must have the same state; a refusal must have changed nothing.
struct TransactionDriver {
  struct Producer: Equatable, CustomStringConvertible {
    var id: Int64
    var epoch: Int16
    init(_ id: Int64, _ epoch: Int16) { (self.id, self.epoch) = (id, epoch) }
    var description: String { "\(id)/\(epoch)" }
  }

  static let wallClock: Int64 = 1_700_000_000_000

  private(set) var coordinator = TransactionCoordinator(coordinatorEpoch: 3)
  private(set) var log: [TransactionRecord] = []
  /// Markers that are to be written.
  private(set) var pending: [TransactionMarkers] = []
  var ids = ProducerIDBlock(100..<200)
  var uptime: Int64 = 0
  var wallClockShift: Int64 = 0

  var now: Moment {
    Moment(wallClock: Timestamp(Self.wallClock + uptime + wallClockShift), uptime: uptime)
  }

  func state(_ id: String = "tx") -> TransactionState? { coordinator.transactions[id] }

  func producer(_ id: String = "tx") -> Producer? {
    state(id).map { Producer($0.producerID, $0.epoch) }
  }

  // MARK: - Requests

  /// The error, or the producer.
  mutating func start(
    _ id: String? = "tx", as producer: Producer? = nil, timeout: Int32 = 60_000,
    version: Int16 = 5
  ) -> (code: ErrorCode, producer: Producer) {
    var request = InitProducerIdRequest()
    request.transactionalID = id
    request.transactionTimeoutMilliseconds = timeout
    if let producer { (request.producerID, request.producerEpoch) = (producer.id, producer.epoch) }
    var ids = ids
    let reply = run { (coordinator, now) throws(CoordinatorError) in
      try coordinator.initProducer(request, version: version, producerIDs: &ids, at: now)
    }
    self.ids = ids
    switch reply {
    case .success(let reply):
      return (reply.errorCode, Producer(reply.producerID, reply.producerEpoch))
    case .failure(let error): return (error.code, Producer(-1, -1))
    }
  }

  mutating func add(
    _ topic: String, _ partitions: [Int32], _ producer: Producer, id: String = "tx",
    verifies: Bool = false, version: Int16 = 3
  ) -> [ErrorCode] {
    var request = AddPartitionsToTxnRequest.Transaction()
    request.transactionalID = id
    (request.producerID, request.producerEpoch) = (producer.id, producer.epoch)
    request.verifiesOnly = verifies
    var entry = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
    entry.name = topic
    entry.partitions = partitions
    request.topics = [entry]
    let reply = run { (coordinator, now) throws(CoordinatorError) in
      coordinator.addPartitions(request, version: version, at: now)
    }
    guard case .success(let results) = reply else { return [] }
    return results.topicResults.flatMap { $0.resultsByPartition.map(\.partitionErrorCode) }
  }

  mutating func addOffsets(_ producer: Producer, id: String = "tx", version: Int16 = 3)
    throws -> ErrorCode
  {
    var request = AddOffsetsToTxnRequest()
    request.transactionalID = id
    (request.producerID, request.producerEpoch) = (producer.id, producer.epoch)
    request.groupID = "group"
    let partition = TopicPartition(topic: try TopicName("__consumer_offsets"), partition: 7)
    let reply = run { (coordinator, now) throws(CoordinatorError) in
      try coordinator.addOffsets(request, to: partition, version: version, at: now)
    }
    return reply.code(\.errorCode)
  }

  /// The error; and what the producer is called from now on, where it is told.
  mutating func end(
    _ producer: Producer, commit: Bool, id: String = "tx", version: Int16 = 4
  ) -> (code: ErrorCode, producer: Producer) {
    var request = EndTxnRequest()
    request.transactionalID = id
    (request.producerID, request.producerEpoch) = (producer.id, producer.epoch)
    request.isCommit = commit
    var ids = ids
    let reply = run { (coordinator, now) throws(CoordinatorError) in
      try coordinator.end(request, version: version, producerIDs: &ids, at: now)
    }
    self.ids = ids
    switch reply {
    case .success(let reply):
      return (reply.errorCode, Producer(reply.producerID, reply.producerEpoch))
    case .failure(let error): return (error.code, Producer(-1, -1))
    }
  }

  mutating func abort(_ id: String = "tx") -> ErrorCode {
    let reply = run { (coordinator, now) throws(CoordinatorError) in
      try coordinator.abort(id, at: now)
    }
    if case .failure(let error) = reply { return error.code }
    return .none
  }

  // MARK: - Time, markers and restarts

  /// Reports the markers that are pending as written.
  mutating func complete() {
    let written = pending
    pending = []
    for markers in written { report(markers) }
  }

  mutating func report(_ markers: TransactionMarkers) {
    _ = run { (coordinator, now) throws(CoordinatorError) in
      coordinator.markersWritten(markers, at: now)
    }
  }

  mutating func pass(_ milliseconds: Int64) {
    uptime += milliseconds
    _ = run { (coordinator, now) throws(CoordinatorError) in coordinator.expire(at: now) }
  }

  /// Loses all that is not stored.
  mutating func restart() {
    coordinator = TransactionCoordinator(coordinatorEpoch: 3)
    for record in log { coordinator.replay(record) }
    pending = []
    _ = run { (coordinator, now) throws(CoordinatorError) in coordinator.loaded(at: now) }
  }

  /// Begins with what an earlier coordinator stored.
  mutating func load(_ records: [TransactionRecord]) {
    log = records
    restart()
  }

  private mutating func run<Reply: Sendable>(
    _ step: (inout TransactionCoordinator, Moment) throws(CoordinatorError) ->
      TransactionDecision<Reply>
  ) -> Result<Reply, CoordinatorError> {
    let before = coordinator.transactions
    do {
      let decision = try step(&coordinator, now)
      log += decision.records
      for case .writeMarkers(let markers) in decision.effects { pending.append(markers) }
      var replica = TransactionCoordinator(coordinatorEpoch: 3)
      for record in log { replica.replay(record) }
      #expect(replica.transactions == coordinator.transactions)
      return .success(decision.reply)
    } catch {
      #expect(coordinator.transactions == before, "\(error) changed the state")
      return .failure(error)
    }
  }
}

extension Result where Failure == CoordinatorError {
  fileprivate func code(_ code: (Success) -> ErrorCode) -> ErrorCode {
    switch self {
    case .success(let reply): code(reply)
    case .failure(let error): error.code
    }
  }
}
