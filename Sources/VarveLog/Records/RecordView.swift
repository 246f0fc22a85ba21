package import VarveBase

/// A record where it lies in its batch: nothing is copied, and the compiler keeps the view from
/// outliving the bytes.
///
/// Ranges count from the start of the batch's payload (the uncompressed records), so that whoever
/// holds that as a `ByteSlice` can make slices of a key or value that outlive the view.
package struct RecordView: ~Escapable {
  /// The payload of the batch.
  @usableFromInline let payload: RawSpan

  package let offset: Offset
  /// The record's time, or the batch's largest where the log set it (`TimestampType.logAppend`).
  package let timestamp: Timestamp
  package let offsetDelta: Int32
  /// Milliseconds after the batch's base timestamp, as stored.
  package let timestampDelta: Int64
  /// Unused by Kafka so far: 0.
  package let attributes: UInt8
  package let headerCount: Int

  /// Where the key's length is: from here to the end the bytes depend on nothing else.
  @usableFromInline let bodyStart: Int
  @usableFromInline let keyStart: Int
  /// -1 for a null key.
  @usableFromInline let keyCount: Int
  @usableFromInline let valueStart: Int
  /// -1 for a null value.
  @usableFromInline let valueCount: Int
  @usableFromInline let headersStart: Int
  @usableFromInline let end: Int

  @inlinable @_lifetime(copy payload)
  init(
    payload: RawSpan, offset: Offset, timestamp: Timestamp, offsetDelta: Int32,
    timestampDelta: Int64, attributes: UInt8, headerCount: Int, bodyStart: Int, keyStart: Int,
    keyCount: Int, valueStart: Int, valueCount: Int, headersStart: Int, end: Int
  ) {
    self.payload = payload
    self.offset = offset
    self.timestamp = timestamp
    self.offsetDelta = offsetDelta
    self.timestampDelta = timestampDelta
    self.attributes = attributes
    self.headerCount = headerCount
    self.bodyStart = bodyStart
    self.keyStart = keyStart
    self.keyCount = keyCount
    self.valueStart = valueStart
    self.valueCount = valueCount
    self.headersStart = headersStart
    self.end = end
  }
}

extension RecordView {
  /// Where the key is in the payload; nil for a null key.
  @inlinable package var keyRange: Range<Int>? {
    keyCount < 0 ? nil : keyStart..<keyStart &+ keyCount
  }

  /// Where the value is in the payload; nil for a null value.
  @inlinable package var valueRange: Range<Int>? {
    valueCount < 0 ? nil : valueStart..<valueStart &+ valueCount
  }

  /// The key; nil for a null key, which is not an empty one.
  @inlinable package var key: RawSpan? {
    @_lifetime(copy self)
    get {
      // The iterator has checked that key and value lie within the payload.
      guard keyCount >= 0 else { return nil }
      return unsafe payload.extracting(unchecked: keyStart..<keyStart &+ keyCount)
    }
  }

  /// The value; nil for a null value: a tombstone, in a compacted topic.
  @inlinable package var value: RawSpan? {
    @_lifetime(copy self)
    get {
      guard valueCount >= 0 else { return nil }
      return unsafe payload.extracting(unchecked: valueStart..<valueStart &+ valueCount)
    }
  }

  /// The headers, in their order; keys may repeat.
  @inlinable package var headers: RecordHeaders {
    @_lifetime(copy self)
    get {
      RecordHeaders(payload: payload, position: headersStart, end: end, remaining: headerCount)
    }
  }

  /// Key, value and headers as stored: all that does not depend on the record's place.
  @inlinable package var body: RawSpan {
    @_lifetime(copy self)
    get { unsafe payload.extracting(unchecked: bodyStart..<end) }
  }
}
