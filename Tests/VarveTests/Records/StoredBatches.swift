import Varve
import VarveLog

/// A record as a plain value.
struct PlainRecord: Equatable {
  var offset: Int64
  var timestamp: Int64
  var key: [UInt8]?
  var value: [UInt8]?
  var headers: [Header] = []

  init(
    _ offset: Int64, timestamp: Int64 = 1_000, key: String? = nil, value: String? = "v",
    headers: [Header] = []
  ) {
    self.offset = offset
    self.timestamp = timestamp
    self.key = key.map { Array($0.utf8) }
    self.value = value.map { Array($0.utf8) }
    self.headers = headers
  }

  init(_ record: Record) {
    offset = record.offset.rawValue
    timestamp = record.timestamp.rawValue
    key = record.key.map(Array.init)
    value = record.value.map(Array.init)
    headers = record.headers
  }

  init(_ record: borrowing BorrowedRecord) {
    offset = record.offset.rawValue
    timestamp = record.timestamp.rawValue
    if let key = record.key { self.key = Array(ByteSlice(key)) }
    if let value = record.value { self.value = Array(ByteSlice(value)) }
    var headers: [Header] = []
    record.forEachHeader { name, value in
      var copy: ByteSlice?
      if let value { copy = ByteSlice(value) }
      headers.append(Header(ByteSlice(name), copy))
    }
    self.headers = headers
  }
}

/// The bytes of stored batches, made by hand.
struct StoredBatches {
  var bytes: [UInt8] = []
  var aborted: [AbortedTransaction] = []

  /// Adds a batch; transactional where there is a producer.
  mutating func add(
    _ records: [PlainRecord], codec: CompressionCodec = .none, producer: Int64 = -1,
    isControl: Bool = false
  ) throws {
    var builder = RecordBatchBuilder(
      codec: codec, producerID: producer, producerEpoch: producer < 0 ? -1 : 0,
      baseSequence: producer < 0 || isControl ? -1 : 0, isTransactional: producer >= 0,
      isControl: isControl, baseOffset: Offset(records[0].offset))
    for record in records {
      try builder.append(
        offset: Offset(record.offset), timestamp: Timestamp(record.timestamp),
        key: record.key?.span.bytes, value: record.value?.span.bytes,
        headers: record.headers.map { RecordHeader(key: $0.name, value: $0.value) })
    }
    try builder.finish()
    bytes += builder.makeSlice()
  }

  func slice(end: Int64) -> LogSlice {
    LogSlice(
      bytes: ByteSlice(bytes), aborted: aborted, startOffset: 0, lastStableOffset: Offset(end),
      endOffset: Offset(end))
  }
}

let orders = TopicPartition(topic: topicName("orders"), partition: 0)

func topicName(_ name: String) -> TopicName {
  guard let name = try? TopicName(name) else { preconditionFailure("\(name) is no topic's name") }
  return name
}

/// The records of a batch by both ways through it, which must agree.
func plain(_ batch: ConsumedBatch) -> [PlainRecord] {
  let kept = batch.map { PlainRecord($0) }
  var borrowed: [PlainRecord] = []
  batch.forEachRecord { borrowed.append(PlainRecord($0)) }
  precondition(kept == borrowed, "for-in gave \(kept), forEachRecord \(borrowed)")
  precondition(kept.count == batch.count, "\(kept.count) records, count is \(batch.count)")
  return kept
}
