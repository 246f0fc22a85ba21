internal import VarveBase
internal import VarveLog

/// A record about to be put into a batch.
struct BatchEntry: ~Escapable {
  let timestamp: Timestamp
  let key: RawSpan?
  let value: RawSpan?
  let headers: [RecordHeader]

  @_lifetime(copy key, copy value)
  init(timestamp: Timestamp, key: RawSpan?, value: RawSpan?, headers: [RecordHeader]) {
    self.timestamp = timestamp
    self.key = key
    self.value = value
    self.headers = headers
  }

  /// The most bytes that the record takes in any batch.
  var sizeMax: Int {
    headers.reduce(Self.sizeMax(key, value)) { $0 + 10 + $1.key.count + ($1.value?.count ?? 0) }
  }

  /// The same without headers.
  static func sizeMax(_ key: RawSpan?, _ value: RawSpan?) -> Int {
    // Length 5, attributes 1, timestamp 10, offset 5, and 5 for each other length or count.
    let fixed = 5 + 1 + 10 + 5 + 5 + 5 + 5
    return fixed + (key?.byteCount ?? 0) + (value?.byteCount ?? 0)
  }

  /// Throws where the topic does not take such a record.
  func check(
    _ rules: RecordRules, bufferBytes: Int, now: Timestamp, for partition: TopicPartition
  ) throws(VarveError) {
    if RecordBatchHeader.byteCount + sizeMax > min(rules.batchBytesMax, bufferBytes) {
      try checkSize(rules, bufferBytes: bufferBytes, partition)
    }
    if rules.requiresKeys && key == nil {
      throw VarveError(
        .invalidRecord,
        "topic '\(partition.topic)' is compacted: a record without a key has no place in it",
        partition: partition)
    }
    guard rules.takes(timestamp, at: now) else { throw timestampError(rules, now, partition) }
  }

  /// The exact size, where the estimate is in doubt.
  private func checkSize(
    _ rules: RecordRules, bufferBytes: Int, _ partition: TopicPartition
  ) throws(VarveError) {
    var builder = RecordBatchBuilder(capacity: 64)
    do throws(RecordBatchError) {
      try builder.append(timestamp: timestamp, key: key, value: value, headers: headers)
    } catch { throw VarveError(building: error, for: partition) }
    let size = builder.sizeInBytes
    guard size > min(rules.batchBytesMax, bufferBytes) else { return }
    let limit =
      size > rules.batchBytesMax
      ? "the topic takes \(rules.batchBytesMax) (max.message.bytes, segment.bytes)"
      : "the producer's buffer has \(bufferBytes) (bufferBytes)"
    throw VarveError(
      .recordTooLarge,
      "a record takes \(size) bytes as a batch; \(limit): send smaller ones or raise that",
      partition: partition)
  }

  private func timestampError(
    _ rules: RecordRules, _ now: Timestamp, _ partition: TopicPartition
  ) -> VarveError {
    let age = now.rawValue.subtractingReportingOverflow(timestamp.rawValue).partialValue
    let limit =
      age > 0
      ? "\(age) ms before the clock; the topic allows \(rules.timestampBeforeMax) "
        + "(message.timestamp.before.max.ms)"
      : "\(-age) ms after the clock; the topic allows \(rules.timestampAfterMax) "
        + "(message.timestamp.after.max.ms)"
    return VarveError(
      .invalidTimestamp, "timestamp \(timestamp) is \(limit)", partition: partition)
  }
}
