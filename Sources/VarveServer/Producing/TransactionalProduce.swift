internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

/// Batches of a transaction: the transaction's coordinator is asked about each, so that a task
/// appends them. No other request of the client passes, which keeps its batches in order.
enum TransactionalProduce {
  static func begin(
    _ request: ProduceRequest, _ exchange: Exchange, _ context: RequestContext
  ) {
    let later = exchange.later
    Task {
      let response = await append(request, context)
      later.execute { $0.answer(response, to: request, context) }
    }
  }

  private static func append(
    _ request: ProduceRequest, _ context: RequestContext
  ) async -> ProduceResponse {
    var response = ProduceResponse()
    for topic in request.topics {
      var answers = ProduceResponse.Topic(of: topic)
      for sent in topic.partitions {
        var answer = ProduceResponse.Topic.Partition(sent.partitionIndex)
        do throws(ProduceRefusal) {
          answer.fill(try await append(topic, sent, request, context))
        } catch { answer.fill(error) }
        answers.partitions.append(answer)
      }
      response.topics.append(answers)
    }
    return response
  }

  private static func append(
    _ topic: ProduceRequest.Topic, _ sent: ProduceRequest.Topic.Partition,
    _ request: ProduceRequest, _ context: RequestContext
  ) async throws(ProduceRefusal) -> AppendResult {
    let check = try await checked(topic, sent, request, context)
    let isTransactional = RecordBatchHeader(check.batch.bytes)?.attributes.isTransactional ?? false
    guard let id = request.transactionalID, isTransactional else {
      do throws(LogError) { return try await check.partition.append(check.batch) } catch {
        throw ProduceRefusal(error)
      }
    }
    do throws(TransactionalAppendError) {
      // From version 12 on a partition becomes part of the transaction with its first batch.
      return try await context.broker.append(
        check.batch, to: check.partition, transactionalID: id, joins: context.version >= 12)
    } catch {
      switch error {
      case .log(let error): throw ProduceRefusal(error)
      case .coordinator(let error):
        throw ProduceRefusal(code(error.code, version: context.version), error.message)
      }
    }
  }

  /// The check of a batch, which may have to wait for its turn to be unpacked.
  private static func checked(
    _ topic: ProduceRequest.Topic, _ sent: ProduceRequest.Topic.Partition,
    _ request: ProduceRequest, _ context: RequestContext
  ) async throws(ProduceRefusal) -> ProduceCheck {
    let payloads = context.broker.largePayloads
    do throws(ProduceRefusal) {
      var decompressor = RecordBatchDecompressor(sharing: payloads)
      return try ProduceCheck(topic, sent, request, context, &decompressor)
    } catch {
      guard error.isPutOff else { throw error }
    }
    var decompressor = RecordBatchDecompressor(sharing: payloads, await payloads.turn())
    return try ProduceCheck(topic, sent, request, context, &decompressor)
  }

  /// What clients of older versions understand: to try again, or to give the transaction up
  /// (KIP-890).
  private static func code(_ code: ErrorCode, version: Int16) -> ErrorCode {
    switch code {
    case .transactionAbortable where version < 11: .invalidTxnState
    case .concurrentTransactions where version >= 12: code
    case .concurrentTransactions, .coordinatorNotAvailable, .coordinatorLoadInProgress,
      .notCoordinator:
      .notEnoughReplicas
    default: code
    }
  }
}
