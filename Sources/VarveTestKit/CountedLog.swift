package import VarveBase
package import VarveLog

/// A log whose every record follows from its offset, so that whoever reads it knows what it must
/// say, without a word from whoever wrote it.
package enum CountedLog {
  /// The partition in a data directory, with small segments.
  package static func open(
    in root: String, on fileSystem: any FileSystem
  ) throws -> (log: PartitionLog, report: LogLoader.Report) {
    let partition = try partition()
    try fileSystem.createDirectory(root)
    var loader = LogLoader(
      partition, directory: directory(in: root), on: fileSystem, time: SystemTime())
    loader.configuration.segmentBytes = 64 << 10
    loader.configuration.indexIntervalBytes = 1024
    loader.configuration.retentionMilliseconds = -1
    loader.recoveryPoint =
      try OffsetCheckpoint(.recoveryPoint, in: root, on: fileSystem).read()[partition] ?? 0
    return try loader.load()
  }

  package static func partition() throws -> TopicPartition {
    TopicPartition(topic: try TopicName("counted"), partition: 0)
  }

  package static func directory(in root: String) -> String { "\(root)/counted-0" }

  package static func checkpoint(
    _ log: PartitionLog, in root: String, on fileSystem: any FileSystem
  ) throws {
    try OffsetCheckpoint(.recoveryPoint, in: root, on: fileSystem)
      .write([log.partition: log.recoveryPoint])
  }

  /// Appends the records of the next `count` offsets in one batch.
  package static func append(_ count: Int, to log: PartitionLog) throws -> AppendResult {
    var builder = RecordBatchBuilder()
    for index in 0..<count {
      let offset = log.endOffset + Int64(index)
      try builder.append(timestamp: time(of: offset), key: nil, value: value(of: offset))
    }
    try builder.finish()
    return try log.append(builder.bytes)
  }

  package static func time(of offset: Offset) -> Timestamp { Timestamp(offset.rawValue / 3) }

  package static func value(of offset: Offset) -> ByteSlice {
    let size = Int(offset.rawValue % 97)
    return ByteSlice([UInt8](repeating: UInt8(offset.rawValue % 251), count: size))
  }

  /// Whether `bytes` are whole batches whose records are what their offsets say, from `next` on;
  /// moves `next` behind them.
  package static func isRight(
    _ bytes: ByteSlice, from next: inout Offset
  ) throws(RecordBatchError) -> Bool {
    var position = 0
    while position < bytes.count {
      let rest = bytes.slice(position..<bytes.count)
      let header = try RecordBatch.checkedHeader(rest.bytes)
      try RecordBatch.verifyChecksum(rest.bytes, header: header)
      guard header.baseOffset == next else { return false }
      let payload = rest.slice(RecordBatchHeader.byteCount..<header.sizeInBytes)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() {
        guard record.offset == next, record.timestamp == time(of: next),
          let range = record.valueRange, payload.slice(range) == value(of: next)
        else { return false }
        next = next + 1
      }
      position += header.sizeInBytes
    }
    return true
  }
}
