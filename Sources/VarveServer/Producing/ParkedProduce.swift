internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

/// Batches of no transaction: appended at once on the loop, answered once they count as done. What
/// waits for a sync lets the client's next requests pass; what waits for its turn to be unpacked
/// does not, nor does it hold up the loop.
final class ParkedProduce {
  private let request: ProduceRequest
  private let exchange: Exchange
  private let context: RequestContext
  private var response = ProduceResponse()
  /// Batches that are appended and have to be synced.
  private var waiting = 0
  private var hasBegun = false

  init(_ request: ProduceRequest, _ exchange: Exchange, _ context: RequestContext) {
    self.request = request
    self.exchange = exchange
    self.context = context
    response.topics = request.topics.map(ProduceResponse.Topic.init(of:))
  }

  func begin() { proceed(RecordBatchDecompressor(sharing: context.broker.largePayloads)) }

  /// Appends the batches that have no answer yet.
  private func proceed(_ decompressor: consuming RecordBatchDecompressor) {
    for (topic, sent) in request.topics.enumerated() {
      while response.topics[topic].partitions.count < sent.partitions.count {
        let sentPartition = sent.partitions[response.topics[topic].partitions.count]
        var answer = ProduceResponse.Topic.Partition(sentPartition.partitionIndex)
        do throws(ProduceRefusal) {
          let check = try ProduceCheck(sent, sentPartition, request, context, &decompressor)
          try append(check, of: topic, &answer)
        } catch {
          if error.isPutOff { return waitForTurn() }
          answer.fill(error)
        }
        response.topics[topic].partitions.append(answer)
      }
    }
    hasBegun = true
    if waiting == 0 { return finish() }
    exchange.letPass()
  }

  /// Goes on once no other large batch is unpacked.
  private func waitForTurn() {
    let later = LoopBound(self, of: exchange.loop)
    context.broker.largePayloads.whenFree { later.execute { $0.proceedInTurn() } }
  }

  private func proceedInTurn() {
    let payloads = context.broker.largePayloads
    guard let turn = payloads.take() else { return waitForTurn() }
    proceed(RecordBatchDecompressor(sharing: payloads, turn))
  }

  private func append(
    _ check: ProduceCheck, of topic: Int, _ answer: inout ProduceResponse.Topic.Partition
  ) throws(ProduceRefusal) {
    let partition = check.partition
    if RecordBatchHeader(check.batch.bytes)?.attributes.isTransactional == true {
      throw ProduceRefusal(
        .invalidTxnState, "a batch of a transaction in a request without a transactional id")
    }
    do throws(LogError) {
      let result = try partition.store(check.batch.bytes)
      answer.fill(result)
      if result.mustSync { sync(partition, of: topic, upTo: result.lastOffset + 1) }
    } catch { throw ProduceRefusal(error) }
  }

  /// Has a batch synced. Who asked for acks 0 or 1 does not wait for it.
  private func sync(_ partition: Partition, of topic: Int, upTo end: Offset) {
    guard request.acks == -1 else {
      let logger = context.server.logger
      return partition.whenDurable(upTo: end) { result in
        guard case .failure(let error) = result else { return }
        logger.log(
          .error, "what was acknowledged with acks 0 or 1 could not be synced",
          [.partition: partition.id.description, .error: error.description])
      }
    }
    waiting += 1
    let index = response.topics[topic].partitions.count
    let later = LoopBound(self, of: exchange.loop)
    partition.whenDurable(upTo: end) { result in
      later.execute { $0.synced(topic, index, result) }
    }
  }

  private func synced(_ topic: Int, _ index: Int, _ result: Result<Void, LogError>) {
    if case .failure(let error) = result {
      response.topics[topic].partitions[index].fill(ProduceRefusal(error))
    }
    waiting -= 1
    if waiting == 0 && hasBegun { finish() }
  }

  private func finish() { exchange.answer(response, to: request, context) }
}

extension Exchange {
  /// Answers as `acks` asks.
  func answer(
    _ response: ProduceResponse, to request: ProduceRequest, _ context: RequestContext
  ) {
    var response = response
    response.throttleMilliseconds = take(
      Double(request.recordBytes), of: .producerByteRate, context)
    guard request.acks == 0 else { return answer(response.reply(to: context.header)) }
    let refused = response.topics.flatMap(\.partitions).first { $0.errorCode != .none }
    guard let refused else { return answer(nil) }
    refuse(
      "a batch with acks 0 was not appended: \(refused.errorCode.kafkaName)"
        + (refused.errorMessage.map { ", \($0)" } ?? ""))
  }
}

extension ProduceRequest {
  /// The bytes of all batches.
  fileprivate var recordBytes: Int {
    topics.reduce(0) { $0 + $1.partitions.reduce(0) { $0 + ($1.records?.count ?? 0) } }
  }
}
