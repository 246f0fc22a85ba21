internal import VarveBase
package import VarveCoordination
package import VarveProtocol

/// Requests of transactional and idempotent producers. Each throws what the coordinator refuses,
/// and `COORDINATOR_NOT_AVAILABLE` where its log cannot be written or read.
extension Broker {
  /// Gives a producer its id and epoch, and shuts out earlier ones of its transactional id. With
  /// CONCURRENT_TRANSACTIONS in the reply, an open transaction is being aborted first: ask again.
  package func initProducer(
    _ request: InitProducerIdRequest, version: Int16
  ) async throws(CoordinatorError) -> InitProducerIdResponse {
    guard let id = request.transactionalID else {
      var response = InitProducerIdResponse()
      response.producerID = try transactions.producerIDs.take(from: self)
      return response
    }
    let shard = try shard(ofTransactions: id)
    let (response, effects) = try await transactions.producerIDs.lend(from: self) {
      (ids) throws(CoordinatorError) in
      try await shard.runReturningEffects { (coordinator, now) throws(CoordinatorError) in
        try coordinator.initProducer(request, version: version, producerIDs: &ids, at: now)
      }
    }
    await settle(effects, of: id)
    return response
  }

  /// Puts partitions into transactions. Where one of a transaction does not exist, none is put.
  package func addPartitionsToTransaction(
    _ request: AddPartitionsToTxnRequest, version: Int16
  ) async -> AddPartitionsToTxnResponse {
    var results: [AddPartitionsToTxnResponse.ResultsByTransaction] = []
    for transaction in request.transactions(version: version) {
      results.append(await add(transaction, version: version))
    }
    return AddPartitionsToTxnResponse(results, version: version)
  }

  private func add(
    _ request: AddPartitionsToTxnRequest.Transaction, version: Int16
  ) async -> AddPartitionsToTxnResponse.ResultsByTransaction {
    let image = metadata.image
    let missing = request.topics.contains { topic in
      topic.partitions.contains { !image.has(topic.name, $0) }
    }
    if missing {
      return request.results { topic, partition in
        image.has(topic, partition) ? .operationNotAttempted : .unknownTopicOrPartition
      }
    }
    do throws(CoordinatorError) {
      return try await shard(ofTransactions: request.transactionalID).run { (coordinator, now) in
        coordinator.addPartitions(request, version: version, at: now)
      }
    } catch { return request.results { _, _ in error.code } }
  }

  /// Puts a group's offsets into a transaction: its partition of `__consumer_offsets`.
  package func addOffsetsToTransaction(
    _ request: AddOffsetsToTxnRequest, version: Int16
  ) async throws(CoordinatorError) -> AddOffsetsToTxnResponse {
    let partition = try groups.partition(of: request.groupID)
    return try await shard(ofTransactions: request.transactionalID).run {
      (coordinator, now) throws(CoordinatorError) in
      try coordinator.addOffsets(request, to: partition, version: version, at: now)
    }
  }

  /// Commits or aborts a transaction. The outcome stands once this returns, and is written to the
  /// partitions unless a disk failed, where it will be.
  package func endTransaction(
    _ request: EndTxnRequest, version: Int16
  ) async throws(CoordinatorError) -> EndTxnResponse {
    let shard = try shard(ofTransactions: request.transactionalID)
    let (response, effects) = try await transactions.producerIDs.lend(from: self) {
      (ids) throws(CoordinatorError) in
      try await shard.runReturningEffects { (coordinator, now) throws(CoordinatorError) in
        try coordinator.end(request, version: version, producerIDs: &ids, at: now)
      }
    }
    await settle(effects, of: request.transactionalID)
    return response
  }

  /// Writes an outcome that was just decided, and waits until all that was decided for the id has
  /// been tried to be written.
  private func settle(_ effects: [TransactionEffect], of id: String) async {
    await transactions.markers.carryOut(effects)
    await transactions.markers.settle(id)
  }

  // MARK: - Administration

  package func describeTransactions(
    _ request: DescribeTransactionsRequest
  ) async throws(CoordinatorError) -> DescribeTransactionsResponse {
    var response = DescribeTransactionsResponse()
    for id in request.transactionalIDs {
      let state: DescribeTransactionsResponse.TransactionState
      if let shard = transactions.shards.existing(of: id) {
        state = try await shard.read { $0.describe(id) }
      } else {
        state = TransactionCoordinator(coordinatorEpoch: 0).describe(id)
      }
      response.transactionStates.append(state)
    }
    return response
  }

  package func listTransactions(
    _ request: ListTransactionsRequest
  ) async throws(CoordinatorError) -> ListTransactionsResponse {
    let now = Moment(time)
    var response = try TransactionCoordinator(coordinatorEpoch: 0).list(request, at: now)
    for shard in transactions.shards.all {
      let listed = try await shard.read { (state) throws(CoordinatorError) in
        try state.list(request, at: now)
      }
      response.transactionStates += listed.transactionStates
    }
    response.transactionStates.sort { $0.transactionalID < $1.transactionalID }
    return response
  }

  /// Aborts an open transaction whose producer does not end it, and shuts the producer out.
  package func abortTransaction(of id: String) async throws(CoordinatorError) {
    guard let shard = transactions.shards.existing(of: id) else {
      throw CoordinatorError(.transactionalIDNotFound, "transactional id '\(id)' is not known")
    }
    let (_, effects) = try await shard.runReturningEffects {
      (coordinator, now) throws(CoordinatorError) in try coordinator.abort(id, at: now)
    }
    await settle(effects, of: id)
  }

  /// Whether the last transaction of an id is decided and not written everywhere, as after a disk
  /// that was full: until it is, the next one gets CONCURRENT_TRANSACTIONS.
  package func isCompletingTransaction(of id: String) -> Bool { transactions.markers.isBehind(id) }

  /// Waits until every outcome that was decided so far has been tried to be written.
  package func settleTransactions() async { await transactions.markers.settleAll() }

  func shard(
    ofTransactions id: String
  ) throws(CoordinatorError) -> CoordinatorShard<TransactionCoordinator> {
    try transactions.shards.shard(of: id, in: self)
  }
}

extension MetadataImage {
  fileprivate func has(_ topic: String, _ partition: Int32) -> Bool {
    guard let name = try? TopicName(topic) else { return false }
    return self.topic(named: name)?.partitions[partition] != nil
  }
}
