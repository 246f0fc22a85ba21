import VarveBase
import VarveLog
import VarveTestKit

/// A partition's log in the hands of a test, beside the slow model of what it must hold.
final class LogUnderTest {
  struct Record: Equatable {
    var offset: Offset
    var timestamp: Timestamp
    var key: [UInt8]?
    var value: [UInt8]?
  }

  let directory: String
  let fileSystem: any FileSystem
  let time: any TimeSource
  var configuration: LogConfiguration
  private(set) var log: PartitionLog
  var records: [Record] = []

  init(
    _ directory: String, on fileSystem: any FileSystem, time: any TimeSource = SystemTime(),
    configuration: LogConfiguration
  ) throws {
    self.directory = directory
    self.fileSystem = fileSystem
    self.time = time
    self.configuration = configuration
    log = try Self.loader(directory, fileSystem, time, configuration).load().log
  }

  static func loader(
    _ directory: String, _ fileSystem: any FileSystem, _ time: any TimeSource,
    _ configuration: LogConfiguration
  ) throws -> LogLoader {
    let partition = TopicPartition(topic: try TopicName("topic"), partition: 0)
    var loader = LogLoader(partition, directory: directory, on: fileSystem, time: time)
    loader.configuration = configuration
    return loader
  }

  /// Appends records in one batch, and to the model.
  func append(_ values: [(timestamp: Timestamp, key: [UInt8]?, value: [UInt8]?)]) throws {
    var builder = RecordBatchBuilder()
    for value in values {
      try builder.append(
        timestamp: value.timestamp, key: value.key.map { ByteSlice($0) },
        value: value.value.map { ByteSlice($0) })
    }
    try builder.finish()
    let result = try log.append(builder.bytes)
    for (index, value) in values.enumerated() {
      records.append(
        Record(
          offset: result.firstOffset + Int64(index), timestamp: value.timestamp, key: value.key,
          value: value.value))
    }
  }

  func reopen(cleanly: Bool) throws {
    let recoveryPoint = log.flushedOffset
    if cleanly { try log.close() }
    var loader = try Self.loader(directory, fileSystem, time, configuration)
    loader.isCleanlyClosed = cleanly
    loader.recoveryPoint = cleanly ? log.endOffset : recoveryPoint
    loader.logStartOffset = log.startOffset
    log = try loader.load().log
  }

  /// Everything from `offset` on, as readers see it.
  func read(from offset: Offset, maxBytes: Int = 1 << 20) throws -> [Record] {
    var found: [Record] = []
    var next = offset
    while true {
      let slice = try log.read(from: next, maxBytes: maxBytes)
      if slice.bytes.isEmpty { return found }
      let records = try Self.records(in: slice.bytes, &next)
      found += records.filter { $0.offset >= offset }
    }
  }

  static func records(in bytes: ByteSlice, _ next: inout Offset) throws -> [Record] {
    var found: [Record] = []
    var position = 0
    while let header = RecordBatchHeader(bytes.bytes, at: position),
      position + header.sizeInBytes <= bytes.count
    {
      let batch = bytes.slice(position..<position + header.sizeInBytes)
      let payload = batch.slice(RecordBatchHeader.byteCount..<batch.count)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() {
        found.append(
          Record(
            offset: record.offset, timestamp: record.timestamp,
            key: record.keyRange.map { Array(payload.slice($0)) },
            value: record.valueRange.map { Array(payload.slice($0)) }))
      }
      next = header.nextOffset
      position += header.sizeInBytes
    }
    return found
  }
}
