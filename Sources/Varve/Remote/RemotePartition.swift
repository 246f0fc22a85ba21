internal import VarveBase
internal import VarveClient
internal import VarveLog
internal import VarveProtocol

/// A partition behind Kafka's protocol.
///
/// Appends go out on one connection in the order of their calls. What blocks the thread here,
/// `read` and the blocking `append`, is asked once: a failure that a repetition may mend is
/// reported as `.unavailable`.
final class RemotePartition: PartitionClient {
  let id: TopicPartition
  private let topic: RemoteTopic
  private let cluster: RemoteCluster

  init(_ id: TopicPartition, of topic: RemoteTopic, _ cluster: RemoteCluster) {
    self.id = id
    self.topic = topic
    self.cluster = cluster
  }

  var rules: RecordRules { topic.rules }

  // MARK: Appending

  func append(
    _ batch: RawSpan, completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    append(ByteSlice(batch), in: nil, completed)
  }

  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    append(ByteSlice(batch), in: transactionalID, completed)
  }

  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch {
    try blocking { append(ByteSlice(batch), in: nil, $0) }
  }

  private func append(
    _ batch: ByteSlice, in transactionalID: String?,
    _ completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void
  ) {
    var request = ProduceRequest()
    request.transactionalID = transactionalID
    request.acks = -1
    request.timeoutMilliseconds = cluster.milliseconds
    var asked = ProduceRequest.Topic()
    (asked.name, asked.topicID) = (id.topic.description, topic.id)
    var entry = ProduceRequest.Topic.Partition()
    (entry.partitionIndex, entry.records) = (id.partition, batch)
    asked.partitions = [entry]
    request.topics = [asked]
    let isNumbered = Self.isNumbered(batch)
    // The first version that puts partitions into transactions by itself is 12.
    let versions: ClosedRange<Int16>? = transactionalID == nil ? nil : 12...13
    ask(request, versions, .appends, isRepeatable: isNumbered) { result in
      completed(
        result.flatMap { response in
          Result { () throws(VarveError) in try self.outcome(response) }
        })
    }
  }

  /// Whether the broker knows a batch that it has already.
  private static func isNumbered(_ batch: ByteSlice) -> Bool {
    RecordBatchHeader(batch.bytes, at: 0)?.hasProducerID ?? false
  }

  private func outcome(_ response: ProduceResponse) throws(VarveError) -> AppendedBatch {
    guard let answer = response.topics.first?.partitions.first else { throw noAnswer }
    try cluster.check(
      answer.errorCode, "the batch was not written to \(id)", id, answer.errorMessage)
    return AppendedBatch(
      firstOffset: answer.baseOffset,
      logAppendTime: answer.logAppendTime == .none ? nil : answer.logAppendTime)
  }

  // MARK: Reading

  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    let request = fetchRequest(from: offset, maxBytes: maxBytes, isolation)
    let response: FetchResponse = try blocking { completed in
      ask(request, nil, .reads, isRepeatable: true, completed)
    }
    return try slice(response, isolation)
  }

  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) async throws(VarveError) -> LogSlice {
    let request = fetchRequest(from: offset, maxBytes: maxBytes, isolation)
    return try await cluster.persistently(about: id.topic) { () throws(VarveError) in
      let address = try cluster.leader(of: id)
      let response: FetchResponse
      do throws(ClientError) {
        response = try await cluster.brokers.ask(request, at: address, .reads)
      } catch { throw VarveError(error, in: id) }
      return try slice(response, isolation)
    }
  }

  private func fetchRequest(
    from offset: Offset, maxBytes: Int, _ isolation: Isolation
  ) -> FetchRequest {
    FetchRequest(
      of: [(id, topic.id, offset)], maxBytes: maxBytes, isolation: isolation, wait: .zero)
  }

  private func slice(
    _ response: FetchResponse, _ isolation: Isolation
  ) throws(VarveError) -> LogSlice {
    if response.errorCode != .none {
      throw VarveError(refusing: "\(id) cannot be read", response.errorCode, in: id)
    }
    guard let answer = response.topics.first?.partitions.first else { throw noAnswer }
    try cluster.check(answer.errorCode, "\(id) cannot be read", id)
    let records = answer.records ?? ByteSlice()
    let aborted = isolation == .readCommitted ? answer.abortedTransactions ?? [] : []
    let end = answer.highWatermark
    return LogSlice(
      bytes: records, aborted: AbortedRanges.of(aborted, in: records),
      startOffset: max(0, answer.logStartOffset),
      lastStableOffset: answer.lastStableOffset < 0 ? end : answer.lastStableOffset,
      endOffset: end)
  }

  func waitForRecord(at offset: Offset) async {
    await cluster.watcher.wait(for: id, topic.id, at: offset)
  }

  // MARK: Looking up

  func info() async throws(VarveError) -> PartitionInfo {
    guard let info = try await cluster.info(of: [id]).first else { throw noAnswer }
    return info
  }

  func lastStableOffset() async throws(VarveError) -> Offset {
    guard let end = try await lookUp(RemoteCluster.Place.end, .readCommitted) else {
      throw noAnswer
    }
    return end
  }

  func firstOffset(stampedAtOrAfter timestamp: Timestamp) async throws(VarveError) -> Offset? {
    // Negative numbers stand for places.
    try await lookUp(max(0, timestamp.rawValue), .readUncommitted)
  }

  private func lookUp(
    _ place: Int64, _ isolation: Isolation
  ) async throws(VarveError) -> Offset? {
    try await cluster.persistently(about: id.topic) { () throws(VarveError) in
      try await cluster.offsets(of: [id], at: place, isolation: isolation)[id]
    }
  }

  // MARK: Asking

  private var noAnswer: VarveError {
    VarveError(.badAnswer, "the broker did not answer for \(id)", partition: id)
  }

  /// Asks the leader, once.
  private func ask<Asked: Question>(
    _ question: Asked, _ versions: ClosedRange<Int16>?, _ lane: RemoteBrokers.Lane,
    isRepeatable: Bool, _ completed: @escaping @Sendable (Result<Asked.Reply, VarveError>) -> Void
  ) {
    let link: Link
    do {
      link = try cluster.brokers.link(to: try cluster.leader(of: id), lane)
    } catch let error as VarveError {
      cluster.refreshLater(id.topic)
      return completed(.failure(error))
    } catch let error as ClientError {
      return completed(.failure(VarveError(error, in: id)))
    } catch { preconditionFailure("no other errors: \(error)") }
    link.ask(question, versions: versions, timeout: cluster.brokers.options.requestTimeout) {
      result in
      completed(
        result.mapError { error in
          self.cluster.refreshLater(self.id.topic)
          return VarveError(error, isRepeatable: isRepeatable, in: self.id)
        })
    }
  }

  /// Blocks the thread until there is an answer, which the thread of a connection brings.
  private func blocking<Success: Sendable>(
    _ body: (@escaping @Sendable (Result<Success, VarveError>) -> Void) -> Void
  ) throws(VarveError) -> Success {
    let answer = AwaitedAnswer<Result<Success, VarveError>>()
    body { answer.give($0) }
    return try answer.take().get()
  }
}
