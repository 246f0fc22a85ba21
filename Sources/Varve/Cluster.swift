package import VarveBase
package import VarveLog

/// What the public API needs of an engine: the one in this process, or one behind Kafka's
/// wire protocol. Producers, consumers and the administration of topics know nothing else.
package protocol Cluster: Sendable {
  /// The clock that stamps records.
  var time: any TimeSource { get }

  /// Changes whenever topics may have changed: what was cached of them is to be asked for again.
  var topicsVersion: Int { get }

  func createTopic(
    _ name: String, partitions: Int32, config: [TopicConfig]
  ) async throws(VarveError) -> TopicInfo
  func deleteTopic(_ name: String) async throws(VarveError)
  func growTopic(_ name: String, to partitions: Int32) async throws(VarveError)
  func alterTopic(
    _ name: String, set: [TopicConfig], reset: [String]
  ) async throws(VarveError)
  func topics() async throws(VarveError) -> [TopicInfo]
  func describeTopic(_ name: String) async throws(VarveError) -> TopicDetails

  /// The way to a topic's partitions. Throws `.unknownTopicOrPartition`.
  func route(to topic: String) async throws(VarveError) -> TopicRoute

  /// The same where it is known without waiting; nil where it is not.
  func knownRoute(to topic: String) throws(VarveError) -> TopicRoute?

  /// Moves a partition's start to an offset and returns where it is then.
  func deleteRecords(
    of partition: TopicPartition, before offset: Offset
  ) async throws(VarveError) -> Offset

  /// The coordinators of groups. Throws `.readOnly` where nothing can be asked of them.
  func groups() throws(VarveError) -> any GroupClient

  /// The coordinators of transactions. Throws `.readOnly` where nothing can be asked of them.
  func transactions() throws(VarveError) -> any TransactionClient

  /// What delivers to share groups. Throws `.readOnly` where nothing can be asked of it.
  func shares() throws(VarveError) -> any ShareEngine

  func close() async throws(VarveError)
}

/// The way to a topic's partitions.
package struct TopicRoute: Sendable {
  package let name: TopicName
  package let id: TopicID
  /// By number.
  package let partitions: [any PartitionClient]

  package init(name: TopicName, id: TopicID, partitions: [any PartitionClient]) {
    self.name = name
    self.id = id
    self.partitions = partitions
  }

  /// Throws `.unknownTopicOrPartition` for a number that the topic does not have.
  package func partition(_ index: Int32) throws(VarveError) -> any PartitionClient {
    guard index >= 0 && index < partitions.count else {
      throw VarveError(
        .unknownTopicOrPartition,
        "topic '\(name)' has \(partitions.count) partitions, numbered from 0: there is no \(index)")
    }
    return partitions[Int(index)]
  }
}

/// One partition of an engine.
package protocol PartitionClient: AnyObject, Sendable {
  var id: TopicPartition { get }

  /// What the topic asks of records at the moment.
  var rules: RecordRules { get }

  /// Appends a batch of records, whose bytes are copied before this returns. `completed` is called
  /// once, when the batch counts as written or failed, maybe on this stack.
  func append(
    _ batch: RawSpan,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void)

  /// As above, for a batch of the open transaction of a transactional id, which the partition
  /// becomes part of. Batches are appended in the order of the calls.
  func append(
    _ batch: RawSpan, in transactionalID: String,
    completed: @escaping @Sendable (Result<AppendedBatch, VarveError>) -> Void)

  /// As the first, blocking the thread until the batch counts as written.
  func append(_ batch: RawSpan) throws(VarveError) -> AppendedBatch

  /// Reads batches from the one that holds `offset` on, blocking for at most the disk. Empty at
  /// the end. Throws `.offsetOutOfRange`.
  func read(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) throws(VarveError) -> LogSlice

  /// As `read`, without blocking where the engine is far away.
  func fetch(
    from offset: Offset, maxBytes: Int, isolation: Isolation
  ) async throws(VarveError) -> LogSlice

  /// Suspends until there is a record at `offset`, the partition is closed, or the task is
  /// cancelled. The caller looks again which it was.
  func waitForRecord(at offset: Offset) async

  /// Where the partition starts and ends, and its size.
  func info() async throws(VarveError) -> PartitionInfo

  /// What readers of committed records stop at.
  func lastStableOffset() async throws(VarveError) -> Offset

  /// The first record stamped so or later; nil where there is none.
  func firstOffset(stampedAtOrAfter timestamp: Timestamp) async throws(VarveError) -> Offset?
}

/// Where a batch was appended.
package struct AppendedBatch: Sendable {
  package let firstOffset: Offset
  /// Set where the topic stamps records itself.
  package let logAppendTime: Timestamp?

  package init(firstOffset: Offset, logAppendTime: Timestamp?) {
    self.firstOffset = firstOffset
    self.logAppendTime = logAppendTime
  }
}

/// What a topic asks of records, which a producer sees to before it takes one.
package struct RecordRules: Sendable {
  /// The largest batch, compressed or not.
  package var batchBytesMax: Int = 1_048_588
  /// Whether the topic is compacted, so that a record without a key has no place in it.
  package var requiresKeys = false
  /// How far from the clock records may be stamped, in milliseconds.
  package var timestampBeforeMax = Int64.max
  package var timestampAfterMax = Int64.max
  /// What the topic stores whatever the producer's choice; nil leaves it to the producer.
  package var compression: Compression?

  package init() {}

  /// Whether a record of that time may be written when it is `now`.
  func takes(_ timestamp: Timestamp, at now: Timestamp) -> Bool {
    let age = now.rawValue.subtractingReportingOverflow(timestamp.rawValue).partialValue
    return age <= timestampBeforeMax && age >= -timestampAfterMax
  }
}
