import VarveBase
import VarveLog
import VarveProtocol
import VarveTestSupport

/// The records that Kafka 4.0 wrote to `__consumer_offsets`.
enum GoldenGroupRecords {
  static func all() throws -> [GroupRecord] {
    var records: [GroupRecord] = []
    for partition in 0..<4 {
      let file = "__consumer_offsets-\(partition)/00000000000000000000.log"
      let log = ByteSlice(try GoldenData.bytes("data/" + file))
      var position = 0
      while position < log.count, let header = RecordBatchHeader(log.bytes, at: position) {
        if header.batchLength == 0 { break }
        let batch = log.slice(position..<position + header.sizeInBytes)
        position += header.sizeInBytes
        if header.attributes.isControl { continue }
        try append(batch, to: &records)
      }
    }
    return records
  }

  private static func append(_ batch: ByteSlice, to records: inout [GroupRecord]) throws {
    var iterator = try RecordIterator(batch.bytes)
    while let record = try iterator.next() {
      guard let key = record.key else { continue }
      if let record = try GroupRecord(key: key, value: record.value) { records.append(record) }
    }
  }

  /// What was stored of one classic group, oldest first.
  static func classic(_ group: String) throws -> [GroupMetadataValue] {
    try all().compactMap {
      guard case .groupMetadata(let key, let value) = $0, key.group == group else { return nil }
      return value
    }
  }
}
