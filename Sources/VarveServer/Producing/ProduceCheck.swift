internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

/// A batch that a client sent, and the partition that it may be appended to.
struct ProduceCheck {
  let partition: Partition
  let batch: ByteSlice

  typealias Answer = ProduceResponse.Topic.Partition

  /// Throws an answer that says why it may not, or that it is to be checked again.
  init(
    _ topic: ProduceRequest.Topic, _ sent: ProduceRequest.Topic.Partition,
    _ request: ProduceRequest, _ context: RequestContext,
    _ decompressor: inout RecordBatchDecompressor
  ) throws(ProduceRefusal) {
    guard -1...1 ~= request.acks else {
      throw ProduceRefusal(.invalidRequiredAcks, "acks \(request.acks): it is -1, 0 or 1")
    }
    if let id = request.transactionalID, !context.access.allows(.write, .transactionalID, id) {
      throw ProduceRefusal(
        .transactionalIDAuthorizationFailed,
        "\(context.access.principal) may not write with transactional id '\(id)'")
    }
    do throws(ErrorCode) {
      partition =
        context.version >= 13
        ? try context.served(topic.topicID, sent.partitionIndex, for: .write)
        : try context.served(topic.name, sent.partitionIndex, for: .write)
    } catch { throw ProduceRefusal(error, nil) }
    guard !partition.id.topic.isInternal else {
      throw ProduceRefusal(
        .invalidTopicException, "the topic '\(partition.id.topic)' is the broker's own")
    }
    batch = try Self.single(sent.records, version: context.version)
    do throws(BatchRejection) {
      try partition.judge(
        batch.bytes, now: context.server.broker.now, with: &decompressor)
    } catch {
      if error.code != .busy {
        context.server.clientLog.tell(
          .batch, of: context.peer.address, error.message, [.partition: partition.id.description])
      }
      throw ProduceRefusal(error)
    }
  }

  /// What the client sent has to be one batch.
  private static func single(
    _ records: ByteSlice?, version: Int16
  ) throws(ProduceRefusal) -> ByteSlice {
    guard let records, let header = RecordBatchHeader(records.bytes) else {
      throw ProduceRefusal(.invalidRecord, "there is no batch")
    }
    guard header.sizeInBytes >= records.count else {
      throw ProduceRefusal(.invalidRecord, "there is more than one batch for a partition")
    }
    guard version >= 7 || header.attributes.codec != .zstd else {
      throw ProduceRefusal(
        .unsupportedCompressionType, "zstd is allowed from version 7 of the request on")
    }
    return records
  }
}

/// Why a batch was not appended.
struct ProduceRefusal: Error {
  let code: ErrorCode
  let message: String?
  var faults: [BatchRejection.Fault] = []
  /// It may be appended yet: it is to be checked again, once it has the turn of large batches.
  var isPutOff = false

  init(_ code: ErrorCode, _ message: String?) {
    self.code = code
    self.message = message
  }

  init(_ rejection: BatchRejection) {
    code = ErrorCode(rejection)
    message = rejection.message
    faults = rejection.faults
    isPutOff = rejection.code == .busy
  }

  init(_ error: LogError) { self.init(ErrorCode(error), error.message) }
}

extension ProduceResponse.Topic.Partition {
  init(_ index: Int32) {
    self.init()
    partitionIndex = index
    baseOffset = -1
  }

  mutating func fill(_ result: AppendResult) {
    baseOffset = result.firstOffset
    logAppendTime = result.logAppendTime ?? -1
    logStartOffset = result.logStartOffset
  }

  mutating func fill(_ refusal: ProduceRefusal) {
    baseOffset = -1
    logAppendTime = -1
    errorCode = refusal.code
    errorMessage = refusal.message
    recordErrors = refusal.faults.map { fault in
      var error = RecordError()
      error.batchIndex = Int32(fault.index)
      error.message = fault.message
      return error
    }
  }
}

extension ProduceResponse.Topic {
  init(of topic: ProduceRequest.Topic) {
    self.init()
    name = topic.name
    topicID = topic.topicID
  }
}
