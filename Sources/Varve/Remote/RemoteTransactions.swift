internal import VarveBase
internal import VarveClient
internal import VarveCoordination
internal import VarveProtocol

/// The coordinators of transactions behind Kafka's protocol, as KIP-890 has them.
struct RemoteTransactions: TransactionClient {
  let brokers: RemoteBrokers

  /// A producer without a transactional id gets its own from any broker.
  func initProducer(
    _ request: InitProducerIdRequest
  ) async throws(CoordinatorError) -> InitProducerIdResponse {
    let response: InitProducerIdResponse
    if let id = request.transactionalID {
      response = try await ask(request, of: id)
    } else {
      do throws(ClientError) { response = try await brokers.askAny(request) } catch {
        throw CoordinatorError(error)
      }
    }
    try check(response.errorCode, request.transactionalID ?? "")
    return response
  }

  /// Partitions join with their first batch: only brokers ask for several at once.
  func join(
    _ partitions: [TopicPartition], to transactionalID: String, of producer: ProducerIdentity
  ) async {}

  func commitOffsets(
    _ request: TxnOffsetCommitRequest
  ) async throws(CoordinatorError) -> TxnOffsetCommitResponse {
    let response: TxnOffsetCommitResponse
    do throws(CoordinatorFailure) {
      response = try await brokers.ask(request, coordinating: .group(request.groupID))
    } catch { throw CoordinatorError(error, of: "group '\(request.groupID)'") }
    let codes = response.topics.flatMap(\.partitions).map(\.errorCode)
    if let code = codes.first(where: { $0 != .none }) {
      if code.isOfCoordinators { brokers.forget(.group(request.groupID)) }
      throw CoordinatorError(
        code,
        "offsets of group '\(request.groupID)' were not put into the transaction of "
          + "'\(request.transactionalID)': \(code.kafkaName)")
    }
    return response
  }

  /// The coordinator answers when it has decided. The next transaction can begin when that is
  /// written everywhere, which is waited for here: it takes a moment, and is asked for at no cost
  /// to the decision.
  func end(_ request: EndTxnRequest) async throws(CoordinatorError) -> EndTxnResponse {
    let response = try await ask(request, of: request.transactionalID)
    try check(response.errorCode, request.transactionalID)
    await completed(request.transactionalID)
    return response
  }

  private func completed(_ id: String) async {
    var question = DescribeTransactionsRequest()
    question.transactionalIDs = [id]
    var attempts = Attempts()
    while attempts.next() {
      do {
        let state = try await describe(question).transactionStates.first
        guard state?.transactionState.hasPrefix("Prepare") ?? false else { return }
        try await attempts.pause()
      } catch {
        // It is decided. A next transaction that comes too early is told so.
        return
      }
    }
  }

  /// What is known here was waited for in `end`.
  func isCompleting(_ transactionalID: String) -> Bool { false }

  /// Every broker tells of the transactional ids that it coordinates.
  func list(
    _ request: ListTransactionsRequest
  ) async throws(CoordinatorError) -> ListTransactionsResponse {
    var all = ListTransactionsResponse()
    do throws(ClientError) {
      try await brokers.refresh([])
      for address in brokers.addresses {
        let response = try await brokers.ask(request, at: address)
        all.transactionStates += response.transactionStates
        if response.errorCode != .none { all.errorCode = response.errorCode }
      }
    } catch { throw CoordinatorError(error) }
    guard all.errorCode == .none else {
      throw CoordinatorError(all.errorCode, "not all transactions can be listed")
    }
    all.transactionStates.sort { $0.transactionalID < $1.transactionalID }
    return all
  }

  func describe(
    _ request: DescribeTransactionsRequest
  ) async throws(CoordinatorError) -> DescribeTransactionsResponse {
    var all = DescribeTransactionsResponse()
    for id in request.transactionalIDs {
      var single = request
      single.transactionalIDs = [id]
      let response = try await ask(single, of: id)
      for state in response.transactionStates where state.errorCode.isOfCoordinators {
        try check(state.errorCode, id)
      }
      all.transactionStates += response.transactionStates
    }
    return all
  }

  /// Becomes the producer of the id, which ends what the one before left open (KIP-98).
  func abort(_ transactionalID: String) async throws(CoordinatorError) {
    var question = DescribeTransactionsRequest()
    question.transactionalIDs = [transactionalID]
    for state in try await describe(question).transactionStates {
      try check(state.errorCode, transactionalID)
      guard state.transactionState == "Ongoing" else {
        throw CoordinatorError(
          state.transactionState.hasPrefix("Prepare") ? .concurrentTransactions : .invalidTxnState,
          "'\(transactionalID)' has no open transaction: it is in state \(state.transactionState)")
      }
      var request = InitProducerIdRequest()
      request.transactionalID = transactionalID
      request.transactionTimeoutMilliseconds = state.transactionTimeoutMilliseconds
      do throws(CoordinatorError) { _ = try await initProducer(request) } catch {
        // The abort has begun: who becomes the producer of the id waits for it.
        guard error.code == .concurrentTransactions else { throw error }
        await completed(transactionalID)
      }
    }
  }

  private func ask<Asked: Question>(
    _ question: Asked, of id: String
  ) async throws(CoordinatorError) -> Asked.Reply {
    do throws(CoordinatorFailure) {
      return try await brokers.ask(question, coordinating: .transactions(id))
    } catch { throw CoordinatorError(error, of: "'\(id)'") }
  }

  private func check(_ code: ErrorCode, _ id: String) throws(CoordinatorError) {
    guard code != .none else { return }
    if code.isOfCoordinators { brokers.forget(.transactions(id)) }
    throw CoordinatorError(code, "'\(id)': \(code.kafkaName)")
  }
}
