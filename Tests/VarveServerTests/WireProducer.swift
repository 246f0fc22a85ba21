import VarveBase
import VarveLog
import VarveProtocol

/// A transactional producer by hand, of a client that ends its transactions by a version of EndTxn:
/// before version 5 it says itself which partitions they touch (KIP-890).
struct WireProducer {
  let client: WireClient
  let name: String
  let version: Int16
  private(set) var id: Int64 = -1
  private(set) var epoch: Int16 = -1
  private var sequence: Int32 = 0

  private var isOld: Bool { version < 5 }

  init(_ client: WireClient, _ name: String, version: Int16 = 5) throws {
    (self.client, self.name, self.version) = (client, name, version)
    var request = InitProducerIdRequest()
    request.transactionalID = name
    request.transactionTimeoutMilliseconds = 600_000
    let response: InitProducerIdResponse = try client.ask(request, version: min(version, 4))
    guard response.errorCode == ErrorCode.none else {
      throw WireMember.Failure(code: response.errorCode)
    }
    (id, epoch) = (response.producerID, response.producerEpoch)
  }

  /// Sends a record, once the transaction before is over.
  mutating func send(_ value: String, to topic: String) throws -> ErrorCode {
    if isOld {
      let code = try untilOver { try add(topic) }
      guard code == ErrorCode.none else { return code }
    }
    var builder = RecordBatchBuilder(
      producerID: id, producerEpoch: epoch, baseSequence: sequence, isTransactional: true)
    try builder.append(timestamp: SystemTime().now, key: nil, value: ByteSlice(value.utf8))
    try builder.finish()
    var request = ProduceRequest(topic, batch: builder.makeSlice())
    request.transactionalID = name
    let code = try untilOver {
      let response: ProduceResponse = try client.ask(request, version: isOld ? 4 + version : 12)
      return response.topics[0].partitions[0].errorCode
    }
    if code == ErrorCode.none { sequence += 1 }
    return code
  }

  private func add(_ topic: String) throws -> ErrorCode {
    var part = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
    (part.name, part.partitions) = (topic, [0])
    var request = AddPartitionsToTxnRequest()
    request.v3AndBelowTransactionalID = name
    (request.v3AndBelowProducerID, request.v3AndBelowProducerEpoch) = (id, epoch)
    request.v3AndBelowTopics = [part]
    let response: AddPartitionsToTxnResponse = try client.ask(request, version: min(version, 3))
    return response.resultsByTopicV3AndBelow[0].resultsByPartition[0].partitionErrorCode
  }

  /// Commits what a member of a group has read, with the transaction.
  func commit(_ offset: Offset, of partition: Int32, by member: WireMember) throws -> ErrorCode {
    var entry = TxnOffsetCommitRequest.Topic.Partition()
    (entry.partitionIndex, entry.committedOffset) = (partition, offset)
    var topic = TxnOffsetCommitRequest.Topic()
    (topic.name, topic.partitions) = (member.topic, [entry])
    var request = TxnOffsetCommitRequest()
    (request.transactionalID, request.groupID) = (name, member.group)
    (request.producerID, request.producerEpoch) = (id, epoch)
    (request.memberID, request.generationID) = (member.id, member.generation)
    request.topics = [topic]
    return try untilOver {
      let response: TxnOffsetCommitResponse = try client.ask(request, version: 5)
      return response.topics[0].partitions[0].errorCode
    }
  }

  /// Asks for the end of the transaction, and takes the new epoch where there is one.
  mutating func end(commits: Bool) throws -> ErrorCode {
    let response = try askForEnd(commits: commits)
    guard response.errorCode == ErrorCode.none else { return response.errorCode }
    if !isOld {
      (id, epoch, sequence) = (response.producerID, response.producerEpoch, 0)
    }
    return ErrorCode.none
  }

  /// What the server answers, which changes nothing here.
  func askForEnd(commits: Bool) throws -> EndTxnResponse {
    var request = EndTxnRequest()
    request.transactionalID = name
    (request.producerID, request.producerEpoch) = (id, epoch)
    request.isCommit = commits
    while true {
      let response: EndTxnResponse = try client.ask(request, version: version)
      guard response.errorCode == .concurrentTransactions else { return response }
    }
  }

  /// As clients do: while the transaction before is being ended, it is asked again.
  private func untilOver(_ ask: () throws -> ErrorCode) throws -> ErrorCode {
    while true {
      let code = try ask()
      guard code == .concurrentTransactions else { return code }
    }
  }
}
