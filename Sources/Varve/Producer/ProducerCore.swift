internal import Synchronization
internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// What is behind a producer: the topics that it has sent to, and what their partitions share.
final class ProducerCore: Sendable {
  private let cluster: any Cluster
  private let shared: ProducerShared
  private let state = Mutex(State())

  private struct State {
    var topics: [String: Topic] = [:]
    /// Of topics that were replaced, with batches that are not written yet.
    var retired: [Accumulator] = []
    var isClosed = false
  }

  private struct Topic {
    let sender: TopicSender
    /// The cluster's when the route was asked for.
    let version: Int
  }

  /// - Parameter transactionalID: nil where batches count by themselves.
  init(_ cluster: any Cluster, options: Producer.Options, transactionalID: String? = nil) {
    self.cluster = cluster
    shared = ProducerShared(options, transactionalID: transactionalID)
  }

  /// Batches are of that producer from now on, and begin to be counted anew. There must be none
  /// that is not done.
  func begin(as identity: ProducerIdentity) {
    _ = shared.takeFailure()
    shared.identity = identity
  }

  // MARK: Topics

  /// The topic as it was last known, if nothing has changed since; nil where it has to be asked
  /// for.
  func readySender(for topic: String) throws(VarveError) -> TopicSender? {
    if shared.lacksIdentity { return nil }
    return try cached(topic, cluster.topicsVersion)
  }

  func sender(for topic: String) async throws(VarveError) -> TopicSender {
    if shared.lacksIdentity { try await takeIdentity() }
    let version = cluster.topicsVersion
    return try install(try await cluster.route(to: topic), as: topic, version)
  }

  /// Nil where the topic is not known without waiting.
  func knownSender(for topic: String) throws(VarveError) -> TopicSender? {
    if shared.lacksIdentity { return nil }
    let version = cluster.topicsVersion
    if let sender = try cached(topic, version) { return sender }
    guard let route = try cluster.knownRoute(to: topic) else { return nil }
    return try install(route, as: topic, version)
  }

  /// Two that ask at once get an id each; the first one counts.
  private func takeIdentity() async throws(VarveError) {
    let client = try cluster.transactions()
    var attempt = Attempts()
    while true {
      do throws(CoordinatorError) {
        let response = try await client.initProducer(InitProducerIdRequest())
        return shared.start(
          as: ProducerIdentity(id: response.producerID, epoch: response.producerEpoch))
      } catch {
        guard error.isRetriable, attempt.next() else { throw VarveError(error) }
        try await attempt.pause()
      }
    }
  }

  private func cached(_ topic: String, _ version: Int) throws(VarveError) -> TopicSender? {
    try state.withLock { state throws(VarveError) in
      if state.isClosed { throw .closed("the producer") }
      guard let known = state.topics[topic], known.version == version else { return nil }
      return known.sender
    }
  }

  private func install(
    _ route: TopicRoute, as topic: String, _ version: Int
  ) throws(VarveError) -> TopicSender {
    try state.withLock { state throws(VarveError) in
      if state.isClosed { throw .closed("the producer") }
      let old = state.topics[topic]?.sender
      // Two that asked at once: the later answer is as good as the first.
      let sender = TopicSender(route, replacing: old, shared)
      state.topics[topic] = Topic(sender: sender, version: version)
      state.retired.removeAll { !$0.isBusy }
      if let old, old.id != sender.id { state.retired += old.accumulators }
      return sender
    }
  }

  // MARK: Records

  /// Takes a record, or says how much memory is missing for it. `room` is what
  /// `waitForRoom` got for it.
  func add(
    _ record: OutgoingRecord, _ key: (any Payload)?, _ value: (any Payload)?,
    to sender: TopicSender, room: Room?, _ listener: Listener
  ) throws(VarveError) -> Int? {
    var missing: Int?
    let now = cluster.time.now
    let timestamp = record.timestamp ?? now
    let headers = record.recordHeaders
    let partition = record.partition
    try OutgoingRecord.withBytes(of: key, value) { (key, value) throws(VarveError) in
      let entry = BatchEntry(timestamp: timestamp, key: key, value: value, headers: headers)
      let accumulator = try sender.accumulator(for: partition, entry)
      missing = try accumulator.add(entry, room: room, listener, now: now)
    }
    return missing
  }

  /// As above, with the answer given to a task.
  func add(
    _ record: OutgoingRecord, _ key: (any Payload)?, _ value: (any Payload)?,
    to sender: TopicSender, room: Room?, _ continuation: SendContinuation
  ) {
    do throws(VarveError) {
      let missing = try add(
        record, key, value, to: sender, room: room, .receipt(continuation))
      if let missing { continuation.resume(returning: .noRoom(bytes: missing)) }
    } catch { continuation.resume(returning: .failure(error)) }
  }

  /// Takes a record once there is room for it, and lets the next flush hear of its failure.
  func enqueue(
    _ record: OutgoingRecord, _ key: (any Payload)?, _ value: (any Payload)?, to topic: String
  ) async throws(VarveError) {
    var room: Room?
    while true {
      let ready = try readySender(for: topic)
      let sender = if let ready { ready } else { try await sender(for: topic) }
      let missing = try add(record, key, value, to: sender, room: room, .flush)
      guard let bytes = missing else { return }
      room = try await waitForRoom(bytes)
    }
  }

  /// Waits for memory, and has all batches written meanwhile, however full they are.
  func waitForRoom(_ bytes: Int) async throws(VarveError) -> Room {
    try await shared.memory.wait(for: bytes) {
      for accumulator in accumulators { accumulator.sendAll() }
    }
  }

  // MARK: The end

  /// Waits for all that was taken before.
  func flushed() async {
    let group = FlushGroup()
    for accumulator in accumulators { accumulator.sendAll(for: group) }
    await group.wait()
  }

  /// Those with batches that the next flush sends.
  var unsentPartitions: [TopicPartition] {
    accumulators.filter(\.hasUnsent).map(\.partition)
  }

  /// Once, the first failure that nobody has heard of.
  func takeFailure() -> VarveError? { shared.takeFailure() }

  func endTaking() {
    state.withLock { $0.isClosed = true }
    shared.memory.close()
    for accumulator in accumulators { accumulator.endTaking() }
  }

  var waitingCount: Int { shared.memory.waitingCount }

  var pendingCount: Int { accumulators.reduce(0) { $0 + $1.pendingCount } }

  private var accumulators: [Accumulator] {
    state.withLock { state in
      state.topics.values.flatMap(\.sender.accumulators) + state.retired
    }
  }
}
