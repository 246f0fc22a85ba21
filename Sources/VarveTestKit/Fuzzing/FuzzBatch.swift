internal import VarveBase
internal import VarveLog

/// Any bytes as a record batch. A trap is a finding.
///
/// What must hold: nothing is read outside the bytes; no more is written than the limit allows;
/// what is accepted is consistent, is the same when read again, and is the same when its records
/// are put into a new batch.
package func fuzzBatch(_ bytes: RawSpan) {
  let parsed = RecordBatchHeader(bytes)
  precondition(
    (parsed != nil) == (bytes.byteCount >= RecordBatchHeader.byteCount),
    "a header is read where there are bytes for one")
  guard let header = try? RecordBatch.checkedHeader(bytes) else { return }
  precondition(header == parsed, "both ways of reading the header agree")
  precondition(header.sizeInBytes <= bytes.byteCount, "a checked batch lies within the bytes")
  precondition(header.lastOffset >= header.baseOffset, "offsets do not wrap")
  let batch = bytes.extracting(0..<header.sizeInBytes)
  fuzzValidation(of: batch, header: header)
  fuzzRecords(of: batch, header: header)
}

/// Bytes as what a codec has written; the first one chooses the codec. Damage here is rarely
/// reached through whole batches.
package func fuzzCodec(_ bytes: RawSpan) {
  guard bytes.byteCount > 0 else { return }
  let choice = bytes.bigEndian(at: 0, as: UInt8.self) % 4 + 1
  let header = RecordBatchHeader(
    batchLength: Int32(bytes.byteCount - 1 + 49),
    attributes: RecordBatchAttributes(rawValue: Int16(choice)), recordCount: 1)
  var batch = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount)
  for index in 1..<max(1, bytes.byteCount) { batch.append(bytes.bigEndian(at: index)) }
  var decompressor = RecordBatchDecompressor()
  let payload = try? decompressor.payload(
    of: ByteSlice(batch), header: header, limit: payloadByteCountMax)
  guard let payload else { return }
  precondition(payload.count <= payloadByteCountMax, "output stays within the limit")
  let again = try? decompressor.payload(
    of: ByteSlice(batch), header: header, limit: payload.count)
  precondition(again == payload, "a second pass gives the same, and needs no more room")
}

/// The limit that inputs are held to.
private var payloadByteCountMax: Int { 1 << 18 }

private func fuzzValidation(
  of batch: RawSpan, header: RecordBatchHeader
) {
  var decompressor = RecordBatchDecompressor()
  let validator = BatchValidator(requiresKeys: true, payloadByteCountMax: payloadByteCountMax)
  guard let valid = try? validator.validate(batch, now: 0, with: &decompressor) else { return }
  let isSound: Void? = try? RecordBatch.verifyChecksum(batch, header: header)
  precondition(isSound != nil, "what is valid has its checksum")
  precondition(valid.maxTimestampOffsetDelta <= header.lastOffsetDelta, "the maximum is in it")
}

private func fuzzRecords(of batch: RawSpan, header: RecordBatchHeader) {
  var decompressor = RecordBatchDecompressor()
  let payload = try? decompressor.payload(
    of: batch, header: header, limit: payloadByteCountMax)
  guard let payload, let records = FuzzedRecord.all(payload.bytes, header) else { return }
  precondition(records.count == header.recordCount, "as many records as the header says")
  precondition(FuzzedRecord.all(payload.bytes, header) == records, "read again, they are the same")
  guard let rebuilt = rebuild(payload.bytes, header: header) else { return }
  let rebuiltHeader = try? RecordBatch.checkedHeader(rebuilt.bytes)
  guard let rebuiltHeader else { preconditionFailure("a built batch has a sound header") }
  precondition(rebuiltHeader.lastOffset == header.lastOffset, "the range of offsets stays")
  let isSound: Void? = try? RecordBatch.verifyChecksum(rebuilt.bytes, header: rebuiltHeader)
  precondition(isSound != nil, "a built batch has its checksum")
  let rebuiltPayload = rebuilt.bytes.extracting(RecordBatchHeader.byteCount..<rebuilt.count)
  precondition(
    FuzzedRecord.all(rebuiltPayload, rebuiltHeader) == records, "built again, they are the same")
}

/// The records in a new batch; nil where their offsets do not grow, which builders refuse.
private func rebuild(_ payload: RawSpan, header: RecordBatchHeader) -> ByteSlice? {
  var builder = RecordBatchBuilder()
  builder.reset(like: header)
  var records = RecordIterator(payload: payload, header: header)
  do {
    while let record = try records.next() { try builder.append(record) }
    try builder.finish()
  } catch {
    return nil
  }
  return builder.makeSlice()
}

/// What a record says, as a value.
private struct FuzzedRecord: Equatable {
  var offset: Offset
  var timestamp: Timestamp
  var attributes: UInt8
  var key: ByteSlice?
  var value: ByteSlice?
  var headers: [RecordHeader] = []

  /// The records, nil where one is malformed.
  static func all(_ payload: RawSpan, _ header: RecordBatchHeader) -> [FuzzedRecord]? {
    var iterator = RecordIterator(payload: payload, header: header)
    var records: [FuzzedRecord] = []
    do {
      while let record = try iterator.next() {
        records.append(FuzzedRecord(record))
        if header.attributes.isControl { _ = try? ControlRecord(record) }
      }
    } catch {
      return nil
    }
    return records
  }

  init(_ record: borrowing RecordView) {
    offset = record.offset
    timestamp = record.timestamp
    attributes = record.attributes
    if let key = record.key { self.key = ByteSlice(key) }
    if let value = record.value { self.value = ByteSlice(value) }
    var iterator = record.headers
    while let header = iterator.next() {
      let value: ByteSlice? = if let value = header.value { ByteSlice(value) } else { nil }
      headers.append(RecordHeader(key: ByteSlice(header.key), value: value))
    }
  }
}
