package import VarveBase
package import VarveProtocol

/// What is stored of a transactional id: its producer, and its transaction.
package struct TransactionState: Equatable, Sendable {
  /// The last epoch. A producer is given at most the one before, so that it can always be fenced.
  static let epochMax = Int16.max

  package var status = TransactionStatus.empty
  package var producerID: Int64
  package var epoch: Int16
  /// The id before this one, where this one came because epochs had run out; or else -1.
  package var previousProducerID: Int64 = -1
  /// In a prepared transaction, the id that the producer has afterwards where epochs have run out;
  /// or else -1 (KIP-890).
  package var nextProducerID: Int64 = -1
  /// How long a transaction may stay open, in milliseconds.
  package var timeout: Int32
  package var partitions: [String: Set<Int32>] = [:]
  /// When the last transaction began; -1 where there was none since the producer's start.
  package var startTime = Timestamp.none
  package var lastUpdate: Timestamp
  /// 2 where the epoch goes up with every transaction (KIP-890), or else 0.
  package var clientVersion: Int16 = 0

  init(producerID: Int64, epoch: Int16, timeout: Int32, at now: Timestamp) {
    self.producerID = producerID
    self.epoch = epoch
    self.timeout = timeout
    lastUpdate = now
  }

  /// Nil for a status that no Kafka stores.
  package init?(_ value: TransactionLogValue) {
    guard let status = TransactionStatus(rawValue: value.transactionStatus) else { return nil }
    self.status = status
    producerID = value.producerID
    epoch = value.producerEpoch
    previousProducerID = value.previousProducerID
    nextProducerID = value.nextProducerID
    timeout = value.transactionTimeoutMilliseconds
    for topic in value.transactionPartitions ?? [] {
      partitions[topic.topic, default: []].formUnion(topic.partitionIDs)
    }
    startTime = Timestamp(value.transactionStartTimestampMilliseconds)
    lastUpdate = Timestamp(value.transactionLastUpdateTimestampMilliseconds)
    clientVersion = value.clientTransactionVersion
  }

  /// What the id's record says: as Kafka, no list of partitions while it is empty.
  package var value: TransactionLogValue {
    var value = TransactionLogValue()
    value.producerID = producerID
    value.previousProducerID = previousProducerID
    value.nextProducerID = nextProducerID
    value.producerEpoch = epoch
    value.transactionTimeoutMilliseconds = timeout
    value.transactionStatus = status.rawValue
    value.transactionPartitions = status == .empty ? nil : sortedPartitions()
    value.transactionLastUpdateTimestampMilliseconds = lastUpdate.rawValue
    value.transactionStartTimestampMilliseconds = startTime.rawValue
    value.clientTransactionVersion = clientVersion
    return value
  }

  private func sortedPartitions() -> [TransactionLogValue.TransactionPartition] {
    partitions.sorted { $0.key < $1.key }.map { topic, partitions in
      var entry = TransactionLogValue.TransactionPartition()
      entry.topic = topic
      entry.partitionIDs = partitions.sorted()
      return entry
    }
  }
}

extension TransactionState {
  func contains(_ topic: String, _ partition: Int32) -> Bool {
    partitions[topic]?.contains(partition) ?? false
  }

  /// Whether the producer has had the last epoch that it may have, and needs a new id.
  static func isExhausted(_ epoch: Int16) -> Bool { epoch >= epochMax - 1 }

  /// What the producer is called once its prepared transaction is complete.
  var producerAfterwards: (id: Int64, epoch: Int16) {
    nextProducerID >= 0 ? (nextProducerID, 0) : (producerID, epoch)
  }

  /// Whether a producer of KIP-890, as it is called here, ended the transaction and was called
  /// otherwise from then on. The last epoch, without a new id, was given to nobody: it fences.
  func wasEnded(by producer: (id: Int64, epoch: Int16)) -> Bool {
    guard clientVersion >= 2, producer.epoch < Self.epochMax else { return false }
    if producer.id == previousProducerID, Self.isExhausted(producer.epoch), epoch == 0 {
      return true
    }
    return producer.id == producerID && producer.epoch + 1 == epoch
      && (epoch < Self.epochMax || nextProducerID >= 0)
  }
}
