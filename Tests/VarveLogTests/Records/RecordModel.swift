import VarveBase
import VarveLog
import VarveTestKit

/// A record as a plain value: what tests compare views with.
struct RecordModel: Equatable {
  var offset: Int64
  var timestamp: Int64
  var key: [UInt8]?
  var value: [UInt8]?
  var headers: [RecordHeader] = []
}

extension RecordModel {
  init(_ record: borrowing RecordView) {
    self.init(
      offset: record.offset.rawValue, timestamp: record.timestamp.rawValue, key: nil, value: nil)
    if let key = record.key { self.key = array(key) }
    if let value = record.value { self.value = array(value) }
    var headers = record.headers
    while let header = headers.next() {
      let value: ByteSlice? = if let value = header.value { ByteSlice(value) } else { nil }
      self.headers.append(RecordHeader(key: ByteSlice(header.key), value: value))
    }
  }

  /// The records of an iterator, read to its end.
  static func all(_ records: inout RecordIterator) throws(RecordBatchError) -> [RecordModel] {
    var models: [RecordModel] = []
    while let record = try records.next() { models.append(RecordModel(record)) }
    return models
  }

  /// The records of an uncompressed batch.
  static func all(_ batch: [UInt8]) throws(RecordBatchError) -> [RecordModel] {
    var records = try RecordIterator(batch.span.bytes)
    return try all(&records)
  }
}

extension RecordModel {
  /// The records of a batch, compressed or not.
  static func all(
    _ batch: [UInt8], limit: Int = 64 << 20, with decompressor: inout RecordBatchDecompressor
  ) throws(RecordBatchError) -> [RecordModel] {
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    return try decompressor.withPayload(of: batch.span.bytes, header: header, limit: limit) {
      (payload) throws(RecordBatchError) in
      var records = RecordIterator(payload: payload, header: header)
      return try all(&records)
    }
  }
}

extension SeededGenerator {
  /// Random bytes.
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

extension RecordBatchBuilder {
  mutating func append(_ model: RecordModel) throws(RecordBatchError) {
    try append(
      offset: Offset(model.offset), timestamp: Timestamp(model.timestamp),
      key: model.key?.span.bytes, value: model.value?.span.bytes, headers: model.headers)
  }
}

/// A copy of the bytes.
func array(_ bytes: RawSpan) -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }
