package import VarveBase

/// What a log remembers of one producer: enough to tell a batch sent again from a new one, a
/// replaced producer from the current one, and an open transaction from none (KIP-98).
package struct ProducerState: Equatable, Sendable {
  /// How many batches a producer may have under way and still have each recognised.
  package static let batchesMax = 5

  package var producerID: Int64
  /// -1 until a batch or marker is known.
  package var epoch: Int16 = -1
  /// The epoch of the transaction coordinator that wrote the last marker, -1 for none.
  package var coordinatorEpoch: Int32 = -1
  /// The time of the last batch or marker, by which the state expires.
  package var lastTimestamp = Timestamp.none
  /// Where the producer's open transaction begins in this log; nil while none is open.
  package var transactionStart: Offset?
  /// The last batches of the current epoch, oldest first.
  package private(set) var batches: [Batch] = []

  /// A batch that was appended.
  package struct Batch: Equatable, Sendable {
    /// The sequence number of the last record; -1 where the batch had none.
    package var lastSequence: Int32
    package var lastOffset: Offset
    /// The last offset minus the first.
    package var offsetDelta: Int32
    package var timestamp: Timestamp

    package init(
      lastSequence: Int32, lastOffset: Offset, offsetDelta: Int32, timestamp: Timestamp
    ) {
      self.lastSequence = lastSequence
      self.lastOffset = lastOffset
      self.offsetDelta = offsetDelta
      self.timestamp = timestamp
    }

    package var firstOffset: Offset { lastOffset + -Int64(offsetDelta) }

    /// The sequence number of the first record. After 2,147,483,647 comes 0.
    package var firstSequence: Int32 {
      Int32((Int64(lastSequence) - Int64(offsetDelta)) & Int64(Int32.max))
    }
  }

  package init(producerID: Int64) { self.producerID = producerID }

  /// The sequence number of the last record, -1 where the current epoch has none.
  package var lastSequence: Int32 { batches.last?.lastSequence ?? -1 }

  /// The batch of the current epoch with exactly these sequence numbers.
  package func batch(first: Int32, last: Int32) -> Batch? {
    batches.first { $0.firstSequence == first && $0.lastSequence == last }
  }

  /// Remembers a batch, and forgets the oldest of six or those of another epoch.
  package mutating func remember(_ batch: Batch, epoch: Int16) {
    change(epoch: epoch)
    if batches.count == Self.batchesMax { batches.removeFirst() }
    batches.append(batch)
    lastTimestamp = batch.timestamp
  }

  /// Ends the open transaction; returns where it began.
  package mutating func end(_ marker: TransactionMarker) -> Offset? {
    change(epoch: marker.producerEpoch)
    coordinatorEpoch = marker.coordinatorEpoch
    lastTimestamp = marker.timestamp
    defer { transactionStart = nil }
    return transactionStart
  }

  private mutating func change(epoch: Int16) {
    guard epoch != self.epoch else { return }
    batches.removeAll(keepingCapacity: true)
    self.epoch = epoch
  }
}

/// What producer state needs to know of a batch of records from a producer with an id.
package struct ProducerBatch: Equatable, Sendable {
  package var producerID: Int64
  package var epoch: Int16
  /// -1 where the batch has none: what coordinators write on a producer's behalf.
  package var firstSequence: Int32
  package var lastSequence: Int32
  package var firstOffset: Offset
  package var lastOffset: Offset
  /// The largest timestamp of its records.
  package var timestamp: Timestamp
  package var isTransactional: Bool

  package init(
    producerID: Int64, epoch: Int16, firstSequence: Int32, lastSequence: Int32,
    firstOffset: Offset, lastOffset: Offset, timestamp: Timestamp, isTransactional: Bool
  ) {
    self.producerID = producerID
    self.epoch = epoch
    self.firstSequence = firstSequence
    self.lastSequence = lastSequence
    self.firstOffset = firstOffset
    self.lastOffset = lastOffset
    self.timestamp = timestamp
    self.isTransactional = isTransactional
  }
}

extension ProducerBatch {
  /// A batch at the offset, and with the time, that the log gives it. The header's own by default.
  package init(
    _ header: RecordBatchHeader, baseOffset: Offset? = nil, maxTimestamp: Timestamp? = nil
  ) {
    let first = baseOffset ?? header.baseOffset
    self.init(
      producerID: header.producerID, epoch: header.producerEpoch,
      firstSequence: header.baseSequence, lastSequence: header.lastSequence, firstOffset: first,
      lastOffset: first + Int64(header.lastOffsetDelta),
      timestamp: maxTimestamp ?? header.maxTimestamp,
      isTransactional: header.attributes.isTransactional)
  }
}

/// The control record that ends a producer's transaction in a log.
package struct TransactionMarker: Equatable, Sendable {
  package var producerID: Int64
  package var producerEpoch: Int16
  package var coordinatorEpoch: Int32
  package var offset: Offset
  package var timestamp: Timestamp
  /// An abort, or else a commit.
  package var isAbort: Bool

  package init(
    producerID: Int64, producerEpoch: Int16, coordinatorEpoch: Int32, offset: Offset,
    timestamp: Timestamp, isAbort: Bool
  ) {
    self.producerID = producerID
    self.producerEpoch = producerEpoch
    self.coordinatorEpoch = coordinatorEpoch
    self.offset = offset
    self.timestamp = timestamp
    self.isAbort = isAbort
  }
}
