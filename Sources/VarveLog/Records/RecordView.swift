public import VarveBase

/// A record where it lies in its batch: nothing is copied, and the compiler keeps the view from
/// outliving the bytes.
///
/// Ranges count from the start of the batch's payload (the uncompressed records), so that whoever
/// holds that as a `ByteSlice` can make slices of a key or value that outlive the view.
///
/// Small, because a loop moves it once for each record: what is seldom asked for is read again
/// from the bytes, which `RecordIterator` has checked.
///
/// `@usableFromInline` lets other modules inline what they ask of each record.
@usableFromInline
package struct RecordView: ~Escapable, BitwiseCopyable {
  /// The payload of the batch.
  @usableFromInline package let payload: RawSpan

  @usableFromInline package let offset: Offset
  /// The record's time, or the batch's largest where the log set it (`TimestampType.logAppend`).
  @usableFromInline package let timestamp: Timestamp

  // Positions in the payload, which is smaller than 2 GiB.
  @usableFromInline package let start: Int32
  @usableFromInline package let keyStart: Int32
  @usableFromInline package let valueStart: Int32
  @usableFromInline package let end: Int32
  /// -1 for a null key.
  @usableFromInline package let keyCount: Int32
  /// -1 for a null value.
  @usableFromInline package let valueCount: Int32

  @inlinable @inline(__always) @_lifetime(copy payload)
  init(payload: RawSpan, _ place: RecordPlace) {
    self.payload = payload
    offset = place.offset
    timestamp = place.timestamp
    start = place.start
    keyStart = place.keyStart
    valueStart = place.valueStart
    end = place.end
    keyCount = place.keyCount
    valueCount = place.valueCount
  }

  /// - Parameters:
  ///   - start: where the attributes are, after the record's length.
  ///   - keyStart: where the key is, after its length; likewise the value.
  ///   - end: where the next record is.
  @inlinable @inline(__always) @_lifetime(copy payload)
  init(
    payload: RawSpan, offset: Offset, timestamp: Timestamp, start: Int, keyStart: Int,
    keyCount: Int, valueStart: Int, valueCount: Int, end: Int
  ) {
    self.payload = payload
    self.offset = offset
    self.timestamp = timestamp
    self.start = Int32(truncatingIfNeeded: start)
    self.keyStart = Int32(truncatingIfNeeded: keyStart)
    self.keyCount = Int32(truncatingIfNeeded: keyCount)
    self.valueStart = Int32(truncatingIfNeeded: valueStart)
    self.valueCount = Int32(truncatingIfNeeded: valueCount)
    self.end = Int32(truncatingIfNeeded: end)
  }
}

extension RecordView {
  /// Where the key is in the payload; nil for a null key.
  @inlinable package var keyRange: Range<Int>? {
    keyCount < 0 ? nil : Int(keyStart)..<Int(keyStart &+ keyCount)
  }

  /// Where the value is in the payload; nil for a null value.
  @inlinable package var valueRange: Range<Int>? {
    valueCount < 0 ? nil : Int(valueStart)..<Int(valueStart &+ valueCount)
  }

  /// The key; nil for a null key, which is not an empty one.
  @inlinable package var key: RawSpan? {
    @_lifetime(copy self)
    get {
      guard keyCount >= 0 else { return nil }
      return payload.extracting(Int(keyStart)..<Int(keyStart &+ keyCount))
    }
  }

  /// The value; nil for a null value: a tombstone, in a compacted topic.
  @inlinable package var value: RawSpan? {
    @_lifetime(copy self)
    get {
      guard valueCount >= 0 else { return nil }
      return payload.extracting(Int(valueStart)..<Int(valueStart &+ valueCount))
    }
  }

  package var headerCount: Int { headers.remaining }

  /// The headers, in their order; keys may repeat.
  package var headers: RecordHeaders {
    @_lifetime(copy self)
    get {
      let end = Int(end)
      var position = headersStart
      let count = Int(Varint.read32(payload, at: &position, end: end))
      return RecordHeaders(payload: payload, position: position, end: end, remaining: count)
    }
  }

  /// Unused by Kafka so far: 0.
  package var attributes: UInt8 { payload.bigEndian(at: Int(start)) }

  /// The record's bytes without its length.
  package var byteCount: Int { Int(end - start) }

  /// Where the number of headers is in the payload: after the value.
  @inlinable package var headersStart: Int { Int(valueStart &+ max(0, valueCount)) }

  /// Where those bytes are in the payload.
  @inlinable package var range: Range<Int> { Int(start)..<Int(end) }

  /// Key, value and headers as stored: all that does not depend on the record's place.
  package var body: RawSpan {
    @_lifetime(copy self)
    get {
      var position = Int(start) + 1
      _ = Varint.read64(payload, at: &position, end: Int(end))
      _ = Varint.read32(payload, at: &position, end: Int(end))
      return payload.extracting(position..<Int(end))
    }
  }
}

/// What a view knows of its record but the bytes.
@usableFromInline
package struct RecordPlace: BitwiseCopyable {
  @usableFromInline package var offset: Offset = 0
  @usableFromInline package var timestamp = Timestamp.none
  @usableFromInline package var start: Int32 = 0
  @usableFromInline package var keyStart: Int32 = 0
  @usableFromInline package var valueStart: Int32 = 0
  @usableFromInline package var end: Int32 = 0
  @usableFromInline package var keyCount: Int32 = 0
  @usableFromInline package var valueCount: Int32 = 0

  @inlinable
  package init() {}
}
