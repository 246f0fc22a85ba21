public import VarveBase

extension RecordIterator {
  /// The next record, nil after the last. Throws where the record does not fit into the batch's
  /// bytes or offsets, and where bytes are left after the last one.
  @inlinable @inline(__always) @_lifetime(copy self)
  package mutating func next() throws(RecordBatchError) -> RecordView? {
    var place = RecordPlace()
    if nextPlain(&place) { return RecordView(payload: payload, place) }
    return try nextOfAnyForm()
  }

  /// Goes to the next record, where it has the form that nearly all have: no headers, and but for
  /// the timestamp no number of more than two bytes. Else false, and the iterator has not moved.
  ///
  /// Not an optional view: such a one goes through memory, record by record.
  @inlinable @inline(__always)
  package mutating func nextPlain(_ place: inout RecordPlace) -> Bool {
    var cursor = position
    var long: UInt8 = 0
    guard remaining > 0, Varint.hasShort(payload, at: cursor, count: 5) else { return false }
    let length = Varint.readShort(payload, at: &cursor, long: &long)
    let start = cursor
    let end = start &+ Int(length >> 1)
    cursor &+= 1
    let timestampDelta = readTimestampDelta(at: &cursor, end: end)
    guard end <= payload.byteCount, Varint.hasShort(payload, at: cursor, count: 2) else {
      return false
    }
    let offsetDelta = Varint.readShort(payload, at: &cursor, long: &long)
    let keyCount = Int(Varint.unzigzag(Varint.readShort(payload, at: &cursor, long: &long)))
    let keyStart = cursor
    cursor &+= max(0, keyCount)
    guard keyCount >= -1, cursor <= end &- 2 else { return false }
    let valueCount = Int(Varint.unzigzag(Varint.readShort(payload, at: &cursor, long: &long)))
    let valueStart = cursor
    cursor &+= max(0, valueCount)
    guard valueCount >= -1, cursor &+ 1 == end, long < 0x80, (length | offsetDelta) & 1 == 0,
      Int32(bitPattern: offsetDelta >> 1) <= lastOffsetDelta,
      payload.isZero(uncheckedAt: cursor)
    else { return false }
    position = end
    remaining &-= 1
    place.offset = Offset(baseOffset &+ Int64(offsetDelta >> 1))
    place.timestamp = appendTimestamp ?? Timestamp(baseTimestamp &+ timestampDelta)
    place.start = Int32(truncatingIfNeeded: start)
    place.keyStart = Int32(truncatingIfNeeded: keyStart)
    place.keyCount = Int32(truncatingIfNeeded: keyCount)
    place.valueStart = Int32(truncatingIfNeeded: valueStart)
    place.valueCount = Int32(truncatingIfNeeded: valueCount)
    place.end = Int32(truncatingIfNeeded: end)
    return true
  }

  /// A delta of one byte or two in line; records of hours in a batch have some of four.
  @inlinable @inline(__always)
  func readTimestampDelta(at cursor: inout Int, end: Int) -> Int64 {
    let start = cursor
    var long: UInt8 = 0
    let short = Varint.readShort(payload, at: &cursor, long: &long)
    guard long >= 0x80 else { return Varint.unzigzag(UInt64(short)) }
    let (value, next) = Varint.readLong(
      payload, at: start, end: min(end, payload.byteCount), bits: 64)
    cursor = next
    return Varint.unzigzag(value)
  }

  /// As `next`, for records of every form and for the end.
  @inlinable @inline(__always) @_lifetime(copy self)
  package mutating func nextOfAnyForm() throws(RecordBatchError) -> RecordView? {
    guard let record = try read() else { return nil }
    position = Int(record.end)
    remaining &-= 1
    return record
  }

  // Not mutating, so that a loop may keep the iterator in registers.
  @usableFromInline @inline(never) @_lifetime(copy self)
  func read() throws(RecordBatchError) -> RecordView? {
    guard remaining > 0 else {
      if position != payload.byteCount { throw leftoverError() }
      return nil
    }
    // Numbers are read against the end of what they lie in. One that is cut short is 0 and moves
    // the position past every end, which the next guard sees before anything is extracted.
    var cursor = position
    let length = Int(Varint.read32(payload, at: &cursor, end: payload.byteCount))
    guard cursor < payload.byteCount, length > 0, length <= payload.byteCount &- cursor else {
      throw malformed("its length is \(length)")
    }
    let start = cursor
    let end = cursor &+ length
    cursor &+= 1
    let timestampDelta = Varint.read64(payload, at: &cursor, end: end)
    let offsetDelta = Varint.read32(payload, at: &cursor, end: end)
    let keyCount = Int(Varint.read32(payload, at: &cursor, end: end))
    guard cursor <= end, keyCount >= -1, keyCount <= end &- cursor else {
      throw malformed("its key of \(keyCount) bytes does not fit into it")
    }
    guard offsetDelta >= 0, offsetDelta <= lastOffsetDelta else {
      throw malformed("its offset delta \(offsetDelta) is not within 0...\(lastOffsetDelta)")
    }
    let keyStart = cursor
    cursor &+= max(0, keyCount)
    let valueCount = Int(Varint.read32(payload, at: &cursor, end: end))
    guard cursor <= end, valueCount >= -1, valueCount <= end &- cursor else {
      throw malformed("its value of \(valueCount) bytes does not fit into it")
    }
    let valueStart = cursor
    cursor &+= max(0, valueCount)
    let headerCount = Int(Varint.read32(payload, at: &cursor, end: end))
    guard cursor == end ? headerCount == 0 : areHeadersSound(headerCount, from: cursor, to: end)
    else {
      throw malformed("its \(headerCount) headers do not fill it")
    }
    return RecordView(
      payload: payload, offset: Offset(baseOffset &+ Int64(offsetDelta)),
      timestamp: appendTimestamp ?? Timestamp(baseTimestamp &+ timestampDelta),
      start: start, keyStart: keyStart, keyCount: keyCount, valueStart: valueStart,
      valueCount: valueCount, end: end)
  }
}
