package import VarveBase
import VarveLog

extension GoldenRecord {
  /// The records of a stored batch, whatever its codec.
  package static func all(in batch: ByteSlice) throws -> [GoldenRecord] {
    let header = try RecordBatch.checkedHeader(batch.bytes)
    var decompressor = RecordBatchDecompressor()
    let payload = try decompressor.payload(of: batch, header: header, limit: 1 << 28)
    var records = RecordIterator(payload: payload.bytes, header: header)
    var found: [GoldenRecord] = []
    while let record = try records.next() {
      var headers: [Header] = []
      var views = record.headers
      while let view = views.next() {
        headers.append(
          Header(
            key: String(decoding: payload.slice(view.keyRange), as: UTF8.self),
            value: view.valueRange.map { Array(payload.slice($0)) }))
      }
      found.append(
        GoldenRecord(
          offset: record.offset.rawValue, timestamp: record.timestamp.rawValue,
          timestampType: header.attributes.timestampType == .create ? 1 : 2,
          key: record.keyRange.map { Array(payload.slice($0)) },
          value: record.valueRange.map { Array(payload.slice($0)) }, headers: headers))
    }
    return found
  }
}

extension GoldenData {
  /// The batches of a partition's segments, in their order.
  package static func batches(of partition: String) throws -> [ByteSlice] {
    try dataFiles(".log").filter { $0.hasPrefix("\(partition)/") }.flatMap { file in
      let log = ByteSlice(try bytes("data/\(file)"))
      var batches: [ByteSlice] = []
      var position = 0
      // A length of zero is the end.
      while log.count - position >= 12, log.bytes.bigEndian(at: position + 8, as: UInt32.self) != 0
      {
        let header = try RecordBatch.checkedHeader(log.bytes, at: position)
        batches.append(log.slice(position..<position + header.sizeInBytes))
        position += header.sizeInBytes
      }
      return batches
    }
  }
}
