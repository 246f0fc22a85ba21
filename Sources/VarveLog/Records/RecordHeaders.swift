internal import VarveBase

/// The headers of a record, which `RecordIterator` has checked.
package struct RecordHeaders: ~Escapable {
  private let payload: RawSpan
  private var position: Int
  private let end: Int
  package private(set) var remaining: Int

  @_lifetime(copy payload)
  init(payload: RawSpan, position: Int, end: Int, remaining: Int) {
    self.payload = payload
    self.position = position
    self.end = end
    self.remaining = remaining
  }

  /// The headers of a record that was checked: `position` is where their number is, and they
  /// fill the bytes to the end.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, at position: Int) {
    var position = position
    let count = Int(Varint.read32(bytes, at: &position, end: bytes.byteCount))
    self.init(payload: bytes, position: position, end: bytes.byteCount, remaining: count)
  }

  /// The next header, nil after the last.
  @_lifetime(copy self)
  package mutating func next() -> RecordHeaderView? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    return read()
  }

  /// Whether all that remain lie within the record and fill it to its end.
  mutating func check() -> Bool {
    while remaining > 0 {
      remaining -= 1
      guard read() != nil else { return false }
    }
    return position == end
  }

  /// The header at the position; nil where it does not lie within the record.
  @_lifetime(copy self)
  private mutating func read() -> RecordHeaderView? {
    let keyCount = Int(Varint.read32(payload, at: &position, end: end))
    guard position <= end, keyCount >= 0, keyCount <= end - position else { return nil }
    let keyStart = position
    position += keyCount
    let valueCount = Int(Varint.read32(payload, at: &position, end: end))
    guard position <= end, valueCount >= -1, valueCount <= end - position else { return nil }
    let valueStart = position
    position += max(0, valueCount)
    return RecordHeaderView(
      payload: payload, keyRange: keyStart..<keyStart + keyCount,
      valueRange: valueCount < 0 ? nil : valueStart..<position)
  }
}

/// A header where it lies in its batch. Ranges count from the start of the batch's payload.
package struct RecordHeaderView: ~Escapable {
  private let payload: RawSpan
  package let keyRange: Range<Int>
  /// nil for a null value.
  package let valueRange: Range<Int>?

  @_lifetime(copy payload)
  init(payload: RawSpan, keyRange: Range<Int>, valueRange: Range<Int>?) {
    self.payload = payload
    self.keyRange = keyRange
    self.valueRange = valueRange
  }

  /// The name, in UTF-8 where the client kept to Kafka's rules.
  package var key: RawSpan {
    @_lifetime(copy self)
    get { payload.extracting(keyRange) }
  }

  package var value: RawSpan? {
    @_lifetime(copy self)
    get {
      guard let valueRange else { return nil }
      return payload.extracting(valueRange)
    }
  }
}
