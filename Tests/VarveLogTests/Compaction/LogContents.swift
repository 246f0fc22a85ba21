import VarveBase
import VarveLog
import VarveTestKit

/// A record with all that a rewrite must not change.
struct StoredRecord: Equatable, Hashable {
  var offset: Offset
  var timestamp: Timestamp
  var key: ByteSlice?
  var value: ByteSlice?
  var headers: [RecordHeader]
  var producerID: Int64
  var producerEpoch: Int16
  /// The record's own, -1 where its batch has none.
  var sequence: Int32
  var isTransactional: Bool
  var isControl: Bool
  var leaderEpoch: Int32
  var timestampType: TimestampType
}

/// Reads a log through its public face, batch by batch, compressed ones too.
enum LogContents {
  static func open(
    _ directory: String, on fileSystem: any FileSystem, time: any TimeSource = SystemTime(),
    configuration: LogConfiguration, recoveryPoint: Offset = 0, logStartOffset: Offset = 0,
    cleanly: Bool = false
  ) throws -> PartitionLog {
    var loader = try LogUnderTest.loader(directory, fileSystem, time, configuration)
    loader.recoveryPoint = recoveryPoint
    loader.logStartOffset = logStartOffset
    loader.isCleanlyClosed = cleanly
    return try loader.load().log
  }

  static func batches(
    _ log: PartitionLog, from start: Offset? = nil
  ) throws -> [(header: RecordBatchHeader, bytes: ByteSlice)] {
    var cursor = try LogCursor(log, from: start ?? log.startOffset)
    var found: [(header: RecordBatchHeader, bytes: ByteSlice)] = []
    while let bytes = try cursor.next(maxBytes: 1 << 20) {
      var position = 0
      while position < bytes.count {
        let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
        try RecordBatch.verifyChecksum(bytes.bytes, at: position, header: header)
        found.append((header, bytes.slice(position..<position + header.sizeInBytes)))
        position += header.sizeInBytes
      }
    }
    return found
  }

  static func records(_ log: PartitionLog, from start: Offset? = nil) throws -> [StoredRecord] {
    let start = start ?? log.startOffset
    return try batches(log, from: start).flatMap { try records(of: $0.bytes, $0.header) }
      .filter { $0.offset >= start }
  }

  static func records(
    of batch: ByteSlice, _ header: RecordBatchHeader
  ) throws -> [StoredRecord] {
    var decompressor = RecordBatchDecompressor()
    let payload = try decompressor.payload(of: batch, header: header, limit: 1 << 28)
    var records = RecordIterator(payload: payload.bytes, header: header)
    var found: [StoredRecord] = []
    while let record = try records.next() {
      var headers: [RecordHeader] = []
      var views = record.headers
      while let view = views.next() {
        headers.append(
          RecordHeader(
            key: payload.slice(view.keyRange), value: view.valueRange.map { payload.slice($0) }))
      }
      let delta = Int32(record.offset - header.baseOffset)
      found.append(
        StoredRecord(
          offset: record.offset, timestamp: record.timestamp,
          key: record.keyRange.map { payload.slice($0) },
          value: record.valueRange.map { payload.slice($0) }, headers: headers,
          producerID: header.producerID, producerEpoch: header.producerEpoch,
          sequence: header.baseSequence < 0
            ? -1 : RecordBatchHeader.sequence(header.baseSequence, advancedBy: delta),
          isTransactional: header.attributes.isTransactional,
          isControl: header.attributes.isControl, leaderEpoch: header.partitionLeaderEpoch,
          timestampType: header.attributes.timestampType))
    }
    return found
  }
}
