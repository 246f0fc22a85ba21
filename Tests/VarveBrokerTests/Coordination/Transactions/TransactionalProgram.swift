import VarveBase
import VarveBroker
import VarveCoordination
import VarveLog
import VarveProtocol
import VarveTestKit

/// A broker with a topic of two partitions, and a producer that writes numbers into both within
/// transactions.
struct TransactionalProgram {
  enum Version { case one, two }

  static let id = "program"
  let broker: Broker
  let partitions: [Partition]
  let version: Version
  var producer: (id: Int64, epoch: Int16) = (-1, -1)
  private var sequences: [Int32] = [0, 0]

  init(
    on disk: any FileSystem, time: any TimeSource = ManualTime(), version: Version = .two,
    durability: String = "buffered"
  ) throws {
    var options = Broker.Options()
    options.runsMaintenance = false
    options.serverConfigs = [
      "transaction.state.log.num.partitions": "2",
      "transaction.state.log.segment.bytes": "1048576", "varve.durability": durability,
      "transaction.max.timeout.ms": "60000",
    ]
    self.version = version
    broker = try Broker.open("data", on: disk, time: time, options: options)
    if !broker.topics().contains(where: { $0.name.description == "out" }) {
      _ = try broker.createTopic("out", partitions: 2, configs: ["segment.bytes": "1048576"])
    }
    partitions = try broker.partitions(of: TopicName("out"))
  }

  /// Takes the place of earlier instances; asks again while their transaction is being aborted.
  mutating func start(timeout: Int32 = 10_000) async throws {
    var request = InitProducerIdRequest()
    request.transactionalID = Self.id
    request.transactionTimeoutMilliseconds = timeout
    for _ in 0..<3 {
      let response = try await broker.initProducer(request, version: 5)
      if response.errorCode == .concurrentTransactions { continue }
      producer = (response.producerID, response.producerEpoch)
      sequences = [0, 0]
      return
    }
    throw CoordinatorError(.concurrentTransactions, "asked three times")
  }

  /// The errors of adding partitions, by partition.
  func add(_ indexes: [Int32] = [0, 1], topic name: String = "out") async -> [ErrorCode] {
    var request = AddPartitionsToTxnRequest()
    request.v3AndBelowTransactionalID = Self.id
    (request.v3AndBelowProducerID, request.v3AndBelowProducerEpoch) = producer
    var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
    topic.name = name
    topic.partitions = indexes
    request.v3AndBelowTopics = [topic]
    let response = await broker.addPartitionsToTransaction(request, version: 3)
    return response.resultsByTopicV3AndBelow
      .flatMap { $0.resultsByPartition.map(\.partitionErrorCode) }
  }

  mutating func send(
    _ number: Int, to index: Int
  ) async throws(TransactionalAppendError) {
    let batch = Self.batch(number, of: producer, sequence: sequences[index])
    try await broker.append(
      batch, to: partitions[index], transactionalID: Self.id, joins: version == .two)
    sequences[index] += 1
  }

  mutating func end(commit: Bool) async throws(CoordinatorError) {
    var request = EndTxnRequest()
    request.transactionalID = Self.id
    (request.producerID, request.producerEpoch) = producer
    request.isCommit = commit
    let response = try await broker.endTransaction(request, version: version == .two ? 5 : 4)
    guard version == .two else { return }
    producer = (response.producerID, response.producerEpoch)
    sequences = [0, 0]
  }

  /// A whole transaction that writes a number to both partitions.
  mutating func write(_ number: Int, commit: Bool) async throws {
    if version == .one {
      let codes = await add()
      for code in codes where code != .none { throw CoordinatorError(code, "add") }
    }
    for index in 0..<2 { try await send(number, to: index) }
    try await end(commit: commit)
  }

  static func batch(
    _ number: Int, of producer: (id: Int64, epoch: Int16), sequence: Int32
  ) -> ByteSlice {
    var builder = RecordBatchBuilder(
      producerID: producer.id, producerEpoch: producer.epoch, baseSequence: sequence,
      isTransactional: true)
    do {
      try builder.append(
        timestamp: 1_000, key: nil as ByteSlice?, value: ByteSlice("\(number)".utf8))
      try builder.finish()
    } catch { preconditionFailure("\(error)") }
    return ByteSlice(builder.bytes)
  }

  // MARK: - Reading

  /// What a reader of committed records sees of a partition.
  func committed(_ index: Int) throws -> [Int] {
    let log = partitions[index].log
    guard log.lastStableOffset > 0 else { return [] }
    var numbers: [Int] = []
    var offset: Offset = 0
    while offset < log.lastStableOffset {
      let slice = try log.read(from: offset, maxBytes: 1 << 20, isolation: .readCommitted)
      guard let next = try Self.read(slice, into: &numbers) else { break }
      offset = next
    }
    return numbers
  }

  private static func read(_ slice: LogSlice, into numbers: inout [Int]) throws -> Offset? {
    var position = 0
    var next: Offset?
    while position < slice.bytes.count {
      let header = try RecordBatch.checkedHeader(slice.bytes.bytes, at: position)
      let batch = slice.bytes.slice(position..<position + header.sizeInBytes)
      position += header.sizeInBytes
      next = header.nextOffset
      let isAborted = slice.aborted.contains {
        $0.producerID == header.producerID && $0.firstOffset <= header.baseOffset
          && header.baseOffset <= $0.lastOffset
      }
      if header.attributes.isControl || isAborted { continue }
      var records = try RecordIterator(batch.bytes)
      while let record = try records.next() {
        guard let value = record.value else { continue }
        numbers.append(Int(String(decoding: Array(ByteSlice(value)), as: UTF8.self)) ?? -1)
      }
    }
    return next
  }

  /// Whether a transaction is undecided in some partition.
  var isUndecided: Bool {
    partitions.contains { $0.log.lastStableOffset < $0.log.endOffset }
  }

  func describe() async throws -> DescribeTransactionsResponse.TransactionState? {
    var request = DescribeTransactionsRequest()
    request.transactionalIDs = [Self.id]
    return try await broker.describeTransactions(request).transactionStates.first
  }
}

extension TransactionalProgram {
  private static let client = BrokerGroups.Client(clientID: "test", host: "/127.0.0.1")

  /// Commits how far a group has got in the first partition, in the transaction.
  func commitOffset(
    _ offset: Offset, of group: String, version: Int16 = 3
  ) async throws -> ErrorCode? {
    var request = TxnOffsetCommitRequest()
    (request.transactionalID, request.groupID) = (Self.id, group)
    (request.producerID, request.producerEpoch) = producer
    var partition = TxnOffsetCommitRequest.Topic.Partition()
    partition.committedOffset = offset
    var topic = TxnOffsetCommitRequest.Topic()
    (topic.name, topic.partitions) = ("out", [partition])
    request.topics = [topic]
    let response = try await broker.groups.txnOffsetCommit(
      request, version: version, from: Self.client)
    return response.topics.first?.partitions.first?.errorCode
  }

  /// How far a group has got in the first partition; -1 where it has committed nothing.
  func committedOffset(of group: String) async -> Offset? {
    var topic = OffsetFetchRequest.Group.Topic()
    (topic.name, topic.partitionIndexes) = ("out", [0])
    var requested = OffsetFetchRequest.Group()
    (requested.groupID, requested.topics) = (group, [topic])
    var request = OffsetFetchRequest()
    request.groups = [requested]
    let response = await broker.groups.offsetFetch(request)
    return response.groups.first?.topics.first?.partitions.first?.committedOffset
  }
}
