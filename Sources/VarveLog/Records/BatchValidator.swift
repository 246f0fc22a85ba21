package import VarveBase

/// What a batch from outside must fulfil before it is stored, as Kafka's `LogValidator` has it.
///
/// The size of the batch (`max.message.bytes`) and the producer's sequence are the log's to judge.
package struct BatchValidator: Sendable {
  /// Whether every record needs a key: `cleanup.policy` names `compact`.
  package var requiresKeys: Bool
  /// Who sets the timestamps: `message.timestamp.type`.
  package var timestampType: TimestampType
  /// How far a record's time may lie back: `message.timestamp.before.max.ms`.
  package var timestampBeforeMaxMilliseconds: Int64
  /// How far a record's time may lie ahead: `message.timestamp.after.max.ms`.
  package var timestampAfterMaxMilliseconds: Int64
  /// The most bytes that the records of a batch may take when decompressed.
  package var payloadByteCountMax: Int

  package init(
    requiresKeys: Bool = false, timestampType: TimestampType = .create,
    timestampBeforeMaxMilliseconds: Int64 = .max,
    timestampAfterMaxMilliseconds: Int64 = 3_600_000,
    payloadByteCountMax: Int = Limits.payloadBytesMax
  ) {
    self.requiresKeys = requiresKeys
    self.timestampType = timestampType
    self.timestampBeforeMaxMilliseconds = timestampBeforeMaxMilliseconds
    self.timestampAfterMaxMilliseconds = timestampAfterMaxMilliseconds
    self.payloadByteCountMax = payloadByteCountMax
  }

  /// Judges one whole batch: checksum, header, and every record. A client (`isFromClient`) may not
  /// write control batches.
  package func validate(
    _ batch: RawSpan, now: Timestamp, isFromClient: Bool = true,
    with decompressor: inout RecordBatchDecompressor
  ) throws(BatchRejection) -> ValidatedBatch {
    let header = try checkedHeader(of: batch)
    try validate(header, isFromClient: isFromClient)
    var check = RecordCheck(validator: self, header: header, now: now)
    do throws(RecordBatchError) {
      try decompressor.withPayload(of: batch, header: header, limit: payloadByteCountMax) {
        (payload) throws(RecordBatchError) in
        var records = RecordIterator(payload: payload, header: header)
        while let record = try records.next() { check.judge(record) }
      }
    } catch {
      throw BatchRejection(error)
    }
    return try check.result()
  }

  private func checkedHeader(of batch: RawSpan) throws(BatchRejection) -> RecordBatchHeader {
    do throws(RecordBatchError) {
      let header = try RecordBatch.checkedHeader(batch)
      guard header.sizeInBytes == batch.byteCount else {
        throw RecordBatchError(
          .badLength, "bytes follow the batch at offset \(header.baseOffset)")
      }
      try RecordBatch.verifyChecksum(batch, header: header)
      return header
    } catch {
      throw BatchRejection(error)
    }
  }

  /// What the header alone shows.
  private func validate(
    _ header: RecordBatchHeader, isFromClient: Bool
  ) throws(BatchRejection) {
    guard header.recordCount > 0, header.recordCount == header.lastOffsetDelta + 1 else {
      throw BatchRejection(
        .invalidRecord, "\(header.recordCount) records in \(header.lastOffsetDelta + 1) offsets")
    }
    guard isFromClient else { return }
    if header.attributes.isControl {
      throw BatchRejection(.invalidRecord, "clients may not write control batches")
    }
    if header.hasProducerID && header.baseSequence < 0 {
      throw BatchRejection(
        .invalidRecord, "producer \(header.producerID) without a sequence number")
    }
    if header.attributes.isTransactional && !header.hasProducerID {
      throw BatchRejection(.invalidRecord, "a transactional batch without a producer id")
    }
    if header.attributes.timestampType == .logAppend {
      throw BatchRejection(
        .invalidTimestamp, "the timestamp type is the log's to set, not the producer's")
    }
  }
}

/// A batch that may be stored.
package struct ValidatedBatch: Equatable, Sendable {
  package let header: RecordBatchHeader
  /// The largest timestamp of the records, which the header's `maxTimestamp` should be.
  package let maxTimestamp: Timestamp
  /// Which record has it, the first of several: its offset less the batch's base offset.
  package let maxTimestampOffsetDelta: Int32
}

/// Judges the records of a batch, one after the other.
private struct RecordCheck {
  let validator: BatchValidator
  let header: RecordBatchHeader
  let now: Timestamp
  var index = 0
  var maxTimestamp = Timestamp(.min)
  var maxTimestampOffsetDelta: Int32 = 0
  var code = BatchRejection.Code.invalidRecord
  var faults: [BatchRejection.Fault] = []

  init(validator: BatchValidator, header: RecordBatchHeader, now: Timestamp) {
    self.validator = validator
    self.header = header
    self.now = now
  }

  mutating func judge(_ record: borrowing RecordView) {
    if record.offset.rawValue - header.baseOffset.rawValue != Int64(index) {
      report(.invalidRecord, "offset \(record.offset) is not \(header.baseOffset) + \(index)")
    } else if validator.requiresKeys && record.keyRange == nil && !header.attributes.isControl {
      report(.invalidRecord, "a compacted topic takes no record without a key")
    } else if let message = fault(in: record.timestamp) {
      report(.invalidTimestamp, message)
    }
    if record.timestamp > maxTimestamp {
      maxTimestamp = record.timestamp
      maxTimestampOffsetDelta = Int32(index)
    }
    index += 1
  }

  func result() throws(BatchRejection) -> ValidatedBatch {
    if let first = faults.first {
      throw BatchRejection(code, "record \(first.index): \(first.message)", faults: faults)
    }
    return ValidatedBatch(
      header: header, maxTimestamp: maxTimestamp,
      maxTimestampOffsetDelta: maxTimestampOffsetDelta)
  }

  /// What is wrong with a record's time, where the producer sets it.
  private func fault(in timestamp: Timestamp) -> String? {
    guard validator.timestampType == .create, timestamp != .none else { return nil }
    let (age, overflow) = now.rawValue.subtractingReportingOverflow(timestamp.rawValue)
    if !overflow, age <= validator.timestampBeforeMaxMilliseconds,
      age >= -validator.timestampAfterMaxMilliseconds
    {
      return nil
    }
    return "its time \(timestamp) is not within \(validator.timestampBeforeMaxMilliseconds) ms "
      + "before and \(validator.timestampAfterMaxMilliseconds) ms after \(now)"
  }

  private mutating func report(_ code: BatchRejection.Code, _ message: String) {
    // As Kafka does: the first fault names the error.
    if faults.isEmpty { self.code = code }
    guard faults.count < BatchRejection.faultCountMax else { return }
    faults.append(BatchRejection.Fault(index: index, message: message))
  }
}
