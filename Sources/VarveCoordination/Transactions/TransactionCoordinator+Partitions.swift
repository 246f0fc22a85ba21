package import VarveBase
package import VarveProtocol

extension TransactionCoordinator {
  /// Puts partitions into a transaction, and begins it where there is none (AddPartitionsToTxn);
  /// or only tells whether they are in it. Nothing is stored where they are already.
  ///
  /// Brokers ask with version 4 and later on behalf of clients of KIP-890.
  package mutating func addPartitions(
    _ request: AddPartitionsToTxnRequest.Transaction, version: Int16, at now: Moment
  ) -> TransactionDecision<AddPartitionsToTxnResponse.ResultsByTransaction> {
    if request.verifiesOnly {
      return TransactionDecision(verified(request, version: version))
    }
    var decision = TransactionDecision(request.results { _, _ in .none })
    do throws(CoordinatorError) {
      try add(
        request.partitions, to: request.transactionalID,
        of: (request.producerID, request.producerEpoch), clientVersion: version >= 4 ? 2 : 0,
        knowsFenced: version >= 2, in: &decision, at: now)
    } catch { decision.reply = request.results { _, _ in error.code } }
    return decision
  }

  /// Puts a group's partition of `__consumer_offsets` into a transaction (AddOffsetsToTxn).
  package mutating func addOffsets(
    _ request: AddOffsetsToTxnRequest, to partition: TopicPartition, version: Int16,
    at now: Moment
  ) throws(CoordinatorError) -> TransactionDecision<AddOffsetsToTxnResponse> {
    var decision = TransactionDecision(AddOffsetsToTxnResponse())
    try add(
      [partition.topic.description: [partition.partition]], to: request.transactionalID,
      of: (request.producerID, request.producerEpoch), clientVersion: 0,
      knowsFenced: version >= 2, in: &decision, at: now)
    return decision
  }

  private mutating func add<Reply>(
    _ partitions: [String: Set<Int32>], to id: String, of producer: (id: Int64, epoch: Int16),
    clientVersion: Int16, knowsFenced: Bool, in decision: inout TransactionDecision<Reply>,
    at now: Moment
  ) throws(CoordinatorError) {
    let state = try current(id, producer, knowsFenced: knowsFenced)
    if state.status == .ongoing,
      partitions.allSatisfy({ $0.value.isSubset(of: state.partitions[$0.key] ?? []) })
    {
      return
    }
    var next = state
    if state.status != .ongoing {
      next.startTime = now.wallClock
      next.partitions = [:]
      next.previousProducerID = -1
    }
    next.status = .ongoing
    next.clientVersion = clientVersion
    next.lastUpdate = now.wallClock
    next.partitions.merge(partitions) { $0.union($1) }
    store(id, next, in: &decision, at: now)
  }

  /// Makes sure that a partition is part of its producer's open transaction, as a request that only
  /// verifies does, with the errors of version 5 (KIP-890): where it is not,
  /// `TRANSACTION_ABORTABLE`.
  package func verify(
    _ partition: TopicPartition, isIn id: String, of producer: (id: Int64, epoch: Int16)
  ) throws(CoordinatorError) {
    let state = try current(id, producer, knowsFenced: true)
    guard state.status == .ongoing,
      state.contains(partition.topic.description, partition.partition)
    else {
      throw CoordinatorError(
        .transactionAbortable, "\(partition) is not part of an open transaction of '\(id)'")
    }
  }

  private func verified(
    _ request: AddPartitionsToTxnRequest.Transaction, version: Int16
  ) -> AddPartitionsToTxnResponse.ResultsByTransaction {
    let isNotInIt = version >= 5 ? ErrorCode.transactionAbortable : .invalidTxnState
    do throws(CoordinatorError) {
      let state = try current(
        request.transactionalID, (request.producerID, request.producerEpoch), knowsFenced: true)
      let isOpen = state.status == .ongoing
      return request.results { topic, partition in
        isOpen && state.contains(topic, partition) ? .none : isNotInIt
      }
    } catch { return request.results { _, _ in error.code } }
  }

  /// The state of a transactional id to whose transaction its producer may add. Throws where the
  /// producer is not the present one, or its last transaction not complete.
  private func current(
    _ id: String, _ producer: (id: Int64, epoch: Int16), knowsFenced: Bool
  ) throws(CoordinatorError) -> TransactionState {
    if id.isEmpty { throw .emptyTransactionalID() }
    guard let state = transactions[id] else { throw .unknownTransaction(id) }
    if state.status.isPrepared, producer == state.producerAfterwards {
      throw .concurrent(id, state)
    }
    guard producer.id == state.producerID else { throw .otherProducer(id, state, producer.id) }
    guard producer.epoch == state.epoch else {
      throw .fenced(id, state, producer.id, producer.epoch, isKnown: knowsFenced)
    }
    if state.status.isPrepared { throw .concurrent(id, state) }
    return state
  }
}

extension AddPartitionsToTxnRequest {
  /// The transactions of a request of any version.
  package func transactions(version: Int16) -> [Transaction] {
    guard version < 4 else { return transactions }
    var transaction = Transaction()
    transaction.transactionalID = v3AndBelowTransactionalID
    transaction.producerID = v3AndBelowProducerID
    transaction.producerEpoch = v3AndBelowProducerEpoch
    transaction.topics = v3AndBelowTopics
    return [transaction]
  }
}

extension AddPartitionsToTxnResponse {
  /// The answer to a request of any version.
  package init(_ results: [ResultsByTransaction], version: Int16) {
    self.init()
    if version < 4 {
      resultsByTopicV3AndBelow = results.first?.topicResults ?? []
    } else {
      resultsByTransaction = results
    }
  }
}

extension AddPartitionsToTxnRequest.Transaction {
  fileprivate var partitions: [String: Set<Int32>] {
    Dictionary(topics.map { ($0.name, Set($0.partitions)) }) { $0.union($1) }
  }

  /// An answer for every partition.
  package func results(
    _ code: (String, Int32) -> ErrorCode
  ) -> AddPartitionsToTxnResponse.ResultsByTransaction {
    var results = AddPartitionsToTxnResponse.ResultsByTransaction()
    results.transactionalID = transactionalID
    results.topicResults = topics.map { topic in
      var result = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult()
      result.name = topic.name
      result.resultsByPartition = topic.partitions.map { index in
        var partition = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
        partition.partitionIndex = index
        partition.partitionErrorCode = code(topic.name, index)
        return partition
      }
      return result
    }
    return results
  }
}
