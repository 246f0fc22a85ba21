internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

/// A partition that a fetch reads, and what was read of it last.
struct FetchTarget {
  let key: Key
  let asked: FetchRequest.Topic.Partition
  private(set) var source: Result<Partition, ErrorCode>
  private(set) var result: Result<LogSlice, ErrorCode>

  /// A partition as the client names it: by its topic's id from version 13 on, else by its name.
  struct Key: Hashable, Sendable {
    let topicName: String
    let topicID: TopicID
    let partition: Int32
  }

  init(_ key: Key, _ asked: FetchRequest.Topic.Partition, _ context: RequestContext) {
    self.key = key
    self.asked = asked
    source = Self.source(key, asked, context)
    result = .failure(.none)
  }

  private static func source(
    _ key: Key, _ asked: FetchRequest.Topic.Partition, _ context: RequestContext
  ) -> Result<Partition, ErrorCode> {
    do throws(ErrorCode) {
      let epoch = asked.currentLeaderEpoch
      return .success(
        key.topicID != .zero
          ? try context.served(key.topicID, key.partition, epoch: epoch, for: .read)
          : try context.served(key.topicName, key.partition, epoch: epoch, for: .read))
    } catch { return .failure(error) }
  }

  /// Bytes of the batches that were read.
  var byteCount: Int { if case .success(let slice) = result { slice.bytes.count } else { 0 } }

  var hasFailed: Bool { if case .failure = result { true } else { false } }

  /// Reads up to `budget` bytes. Only the first batches of a response may be more, lest a client
  /// that cannot take a large batch never gets past it (KIP-74).
  mutating func read(
    budget: Int, isFirst: Bool, isolation: IsolationLevel, _ context: RequestContext
  ) {
    if case .success(let partition) = source, partition.log.isClosed {
      source = Self.source(key, asked, context)
    }
    switch source {
    case .failure(let code): result = .failure(code)
    case .success(let partition):
      do throws(LogError) {
        let limit = min(Int(asked.partitionMaxBytes), budget)
        var slice = try partition.log.read(
          from: asked.fetchOffset, maxBytes: max(limit, 0), isolation: isolation)
        if slice.bytes.count > limit && !isFirst {
          slice.bytes = ByteSlice()
          slice.aborted = []
        }
        result = .success(slice)
      } catch { result = .failure(ErrorCode(error)) }
    }
  }

  /// Calls `wake` once there is more than was read.
  func whenGrown(_ wake: @escaping @Sendable () -> Void) -> FetchWait? {
    guard case .success(let partition) = source, case .success(let slice) = result else {
      return nil
    }
    return FetchWait(
      waiters: partition.log.waiters,
      token: partition.log.whenAppended(at: slice.endOffset, wake))
  }

  /// The partition's part of the response.
  func answer(isolation: IsolationLevel) -> FetchResponse.Topic.Partition {
    var answer = FetchResponse.Topic.Partition()
    answer.partitionIndex = key.partition
    switch result {
    case .failure(let code):
      answer.errorCode = code
      answer.highWatermark = -1
    case .success(let slice):
      answer.highWatermark = slice.endOffset
      answer.lastStableOffset = slice.lastStableOffset
      answer.logStartOffset = slice.startOffset
      answer.records = slice.bytes
      if isolation == .readCommitted {
        answer.abortedTransactions = slice.aborted.map { aborted in
          var transaction = FetchResponse.Topic.Partition.AbortedTransaction()
          transaction.producerID = aborted.producerID
          transaction.firstOffset = aborted.firstOffset
          return transaction
        }
      }
    }
    return answer
  }
}

/// A registration with a log that grows.
struct FetchWait {
  let waiters: AppendWaiters
  let token: AppendWaiters.Token

  func cancel() { waiters.cancel(token) }
}
