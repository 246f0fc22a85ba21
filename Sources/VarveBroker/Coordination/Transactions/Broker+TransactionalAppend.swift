package import VarveBase
package import VarveCoordination
package import VarveLog
internal import VarveProtocol

/// Why a batch of a transaction was not appended.
package enum TransactionalAppendError: Error {
  /// The batch is not part of the producer's transaction, or its producer was replaced.
  case coordinator(CoordinatorError)
  case log(LogError)
}

extension Broker {
  /// Appends a batch of a transaction, and returns once it counts as done.
  ///
  /// It is made sure that the partition is part of the producer's open transaction, with no end of
  /// it in between: otherwise a batch that comes late would open a transaction that nobody ends
  /// (KIP-890). Where `joins` is set the partition becomes part of it; otherwise it has to be.
  ///
  /// Blocks the thread for as long as the coordinator's log takes to be synced, where its
  /// durability asks for that.
  @discardableResult
  package func append(
    _ batch: ByteSlice, to partition: Partition, transactionalID: String, joins: Bool
  ) async throws(TransactionalAppendError) -> AppendResult {
    let result = try store(
      batch.bytes, in: partition, transactionalID: transactionalID, joins: joins)
    guard result.mustSync else { return result }
    do throws(LogError) {
      try await partition.waitUntilDurable(upTo: result.lastOffset + 1)
      return result
    } catch { throw .log(error) }
  }

  /// As above; `completed` is called once the batch counts as done or failed, maybe on this stack.
  package func append(
    _ batch: RawSpan, to partition: Partition, transactionalID: String, joins: Bool,
    completed: @escaping @Sendable (Result<AppendResult, TransactionalAppendError>) -> Void
  ) {
    do throws(TransactionalAppendError) {
      let result = try store(batch, in: partition, transactionalID: transactionalID, joins: joins)
      partition.complete(result) { result in completed(result.mapError { .log($0) }) }
    } catch { completed(.failure(error)) }
  }

  private func store(
    _ batch: RawSpan, in partition: Partition, transactionalID: String, joins: Bool
  ) throws(TransactionalAppendError) -> AppendResult {
    let header: RecordBatchHeader
    do throws(RecordBatchError) { header = try RecordBatch.checkedHeader(batch) } catch {
      throw .log(LogError(error, for: partition.id))
    }
    let producer = ProducerIdentity(id: header.producerID, epoch: header.producerEpoch)
    let outcome: Result<AppendResult, LogError>
    do throws(CoordinatorError) {
      outcome = try withTransaction(
        transactionalID, of: producer, in: partition.id, joins: joins
      ) {
        do throws(LogError) { return .success(try partition.store(batch)) } catch {
          return .failure(error)
        }
      }
    } catch { throw .coordinator(error) }
    do throws(LogError) { return try outcome.get() } catch { throw .log(error) }
  }

  /// Calls `body`, which writes to the partition, while the coordinator of transactions is held, so
  /// that the transaction cannot end meanwhile.
  ///
  /// Throws what the coordinator says where the partition is not part of the producer's open
  /// transaction: `TRANSACTION_ABORTABLE`, `INVALID_PRODUCER_EPOCH`, `CONCURRENT_TRANSACTIONS`.
  /// Where `joins` is set the partition becomes part of it.
  func withTransaction<Outcome: Sendable>(
    _ transactionalID: String, of producer: ProducerIdentity, in id: TopicPartition, joins: Bool,
    _ body: () throws(CoordinatorError) -> Outcome
  ) throws(CoordinatorError) -> Outcome {
    let shard = try shard(ofTransactions: transactionalID)
    func verified() throws(CoordinatorError) -> Outcome {
      try shard.runBlocking { (coordinator, _) throws(CoordinatorError) in
        try coordinator.verify(id, isIn: transactionalID, of: (producer.id, producer.epoch))
        return Decision(try body())
      }
    }
    do throws(CoordinatorError) { return try verified() } catch {
      guard joins, error.code == .transactionAbortable else { throw error }
      try Self.join(id, Self.request(producer, id, transactionalID), shard)
      return try verified()
    }
  }

  private typealias Shard = CoordinatorShard<TransactionCoordinator>

  private static func join(
    _ id: TopicPartition, _ request: AddPartitionsToTxnRequest.Transaction, _ shard: Shard
  ) throws(CoordinatorError) {
    let results = try shard.runBlocking { (coordinator, now) in
      coordinator.addPartitions(request, version: 5, at: now)
    }
    try check(results, of: id, request.transactionalID)
  }

  private static func request(
    _ producer: ProducerIdentity, _ id: TopicPartition, _ transactionalID: String
  ) -> AddPartitionsToTxnRequest.Transaction {
    var request = AddPartitionsToTxnRequest.Transaction()
    request.transactionalID = transactionalID
    request.producerID = producer.id
    request.producerEpoch = producer.epoch
    var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
    topic.name = id.topic.description
    topic.partitions = [id.partition]
    request.topics = [topic]
    return request
  }

  private static func check(
    _ results: AddPartitionsToTxnResponse.ResultsByTransaction, of id: TopicPartition,
    _ transactionalID: String
  ) throws(CoordinatorError) {
    let code = results.topicResults.first?.resultsByPartition.first?.partitionErrorCode ?? .none
    guard code != .none else { return }
    throw CoordinatorError(
      code,
      """
      what is written to \(id) is not part of an open transaction of '\(transactionalID)': the \
      producer was replaced, its last transaction is still being completed, or the partition was \
      not added
      """)
  }
}
