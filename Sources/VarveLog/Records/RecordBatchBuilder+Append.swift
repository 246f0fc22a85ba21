package import VarveBase

extension RecordBatchBuilder {
  /// Appends a record at the next offset. Throws `.tooLarge` where the batch would pass 2 GiB.
  ///
  /// What the speed of appending hangs on.
  package mutating func append(
    timestamp: Timestamp, key: RawSpan?, value: RawSpan?
  ) throws(RecordBatchError) {
    if appendShort(timestamp: timestamp, key: key, value: value) { return }
    try append(
      offsetDelta: Int64(lastOffsetDelta) + 1, timestamp: timestamp, key: key, value: value,
      headers: [])
  }

  /// Appends a record of short numbers to a batch with room for any; false, and nothing is done,
  /// where it is not that simple.
  @inline(__always)
  private mutating func appendShort(timestamp: Timestamp, key: RawSpan?, value: RawSpan?) -> Bool {
    guard !isFinished, records.count <= Int(Int32.max) - ShortRecord.byteCountLimit else {
      return false
    }
    let base = recordCount == 0 ? (deleteHorizon ?? timestamp).rawValue : baseTimestamp
    let offsetDelta = lastOffsetDelta &+ 1
    guard
      let record = ShortRecord(
        timestampDelta: timestamp.rawValue &- base, offsetDelta: Int64(offsetDelta), key: key,
        value: value)
    else { return false }
    records.reserve(record.byteCountMax)
    records.put(record, key: key, value: value)
    baseTimestamp = base
    maxTimestamp = max(maxTimestamp, timestamp.rawValue)
    lastOffsetDelta = offsetDelta
    recordCount &+= 1
    return true
  }

  /// Appends a record with headers at the next offset.
  package mutating func append(
    timestamp: Timestamp, key: RawSpan?, value: RawSpan?, headers: [RecordHeader]
  ) throws(RecordBatchError) {
    try append(
      offsetDelta: Int64(lastOffsetDelta) + 1, timestamp: timestamp, key: key, value: value,
      headers: headers)
  }

  /// Appends a record at the next offset.
  package mutating func append(
    timestamp: Timestamp, key: ByteSlice?, value: ByteSlice?, headers: [RecordHeader] = []
  ) throws(RecordBatchError) {
    try append(timestamp: timestamp, key: key?.bytes, value: value?.bytes, headers: headers)
  }

  /// Appends a record at a given offset, larger than those before: gaps may lie between.
  package mutating func append(
    offset: Offset, timestamp: Timestamp, key: RawSpan?, value: RawSpan?,
    headers: [RecordHeader] = []
  ) throws(RecordBatchError) {
    try append(
      offsetDelta: offset - baseOffset, timestamp: timestamp, key: key, value: value,
      headers: headers)
  }

  /// Appends a record of another batch with its offset, time, key, value and headers.
  package mutating func append(_ record: borrowing RecordView) throws(RecordBatchError) {
    let body = record.body
    records.put(
      try begin(
        offsetDelta: record.offset - baseOffset, timestamp: record.timestamp,
        attributes: record.attributes, bodyCount: body.byteCount))
    records.put(body)
  }

  @inline(never)
  private mutating func append(
    offsetDelta: Int64, timestamp: Timestamp, key: RawSpan?, value: RawSpan?,
    headers: [RecordHeader]
  ) throws(RecordBatchError) {
    let bodyCount =
      Self.prefixedByteCount(key?.byteCount) + Self.prefixedByteCount(value?.byteCount)
      + Self.byteCount(of: headers)
    records.put(
      try begin(
        offsetDelta: offsetDelta, timestamp: timestamp, attributes: 0, bodyCount: bodyCount))
    records.putPrefixed(key)
    records.putPrefixed(value)
    records.putVarint(Int64(headers.count))
    for header in headers {
      records.putPrefixed(header.key.bytes)
      records.putPrefixed(header.value?.bytes)
    }
  }

  /// Counts a record and reserves room for it; returns what comes before its body.
  private mutating func begin(
    offsetDelta: Int64, timestamp: Timestamp, attributes: UInt8, bodyCount: Int
  ) throws(RecordBatchError) -> RecordStart {
    precondition(!isFinished, "reset() comes between finish() and the next batch")
    guard offsetDelta > Int64(lastOffsetDelta), offsetDelta <= Int64(Int32.max) else {
      throw offsetError(offsetDelta)
    }
    if recordCount == 0 { baseTimestamp = (deleteHorizon ?? timestamp).rawValue }
    let timestampDelta = Varint.zigzag(timestamp.rawValue &- baseTimestamp)
    let length =
      1 + Varint.byteCount(unsigned: timestampDelta) + Varint.byteCount(offsetDelta) + bodyCount
    guard length <= Int(Int32.max) - records.count - Self.lengthByteCountMax else {
      throw sizeError(length)
    }
    records.reserve(length + Self.lengthByteCountMax)
    maxTimestamp = max(maxTimestamp, timestamp.rawValue)
    lastOffsetDelta = Int32(truncatingIfNeeded: offsetDelta)
    recordCount &+= 1
    return RecordStart(
      length: UInt64(length) << 1, attributes: attributes, timestampDelta: timestampDelta,
      offsetDelta: UInt64(offsetDelta) << 1)
  }

  private static var lengthByteCountMax: Int { 5 }

  /// The bytes that a length and what it counts take; nil stands for null.
  private static func prefixedByteCount(_ count: Int?) -> Int {
    guard let count else { return 1 }
    return Varint.byteCount(Int64(count)) + count
  }

  private static func byteCount(of headers: [RecordHeader]) -> Int {
    headers.reduce(Varint.byteCount(Int64(headers.count))) {
      $0 + prefixedByteCount($1.key.count) + prefixedByteCount($1.value?.count)
    }
  }

  private func offsetError(_ delta: Int64) -> RecordBatchError {
    if delta > Int64(Int32.max) {
      return RecordBatchError(
        .tooLarge,
        "offset \(baseOffset.rawValue &+ delta) is more than 2,147,483,647 past the "
          + "batch's base offset \(baseOffset)")
    }
    return RecordBatchError(
      .malformedRecord,
      "offset \(baseOffset.rawValue &+ delta) does not come after "
        + "\(baseOffset.rawValue &+ Int64(lastOffsetDelta))")
  }

  private func sizeError(_ length: Int) -> RecordBatchError {
    RecordBatchError(
      .tooLarge,
      "a record of \(length) bytes does not fit into a batch of \(records.count) bytes: "
        + "batches end at 2 GiB")
  }
}
