public import VarveBase
internal import VarveLog

/// A record where it lies in its batch, lent for the time of a call: the fastest way to look at
/// many. The compiler keeps it, and the spans it gives, from leaving that call.
///
/// ```swift
/// batch.forEachRecord { record in
///   total += record.value?.byteCount ?? 0
/// }
/// ```
public struct BorrowedRecord: ~Escapable, BitwiseCopyable {
  // What a view has that is asked of every record, so that the caller's module inlines it.
  @usableFromInline let payload: RawSpan
  public let offset: Offset
  /// As ``Record/timestamp``.
  public let timestamp: Timestamp
  @usableFromInline let keyStart: Int32
  @usableFromInline let valueStart: Int32
  @usableFromInline let keyCount: Int32
  @usableFromInline let valueCount: Int32
  private let end: Int32

  @inline(__always) @_lifetime(copy view)
  init(_ view: RecordView) {
    payload = view.payload
    offset = view.offset
    timestamp = view.timestamp
    keyStart = view.keyStart
    valueStart = view.valueStart
    keyCount = view.keyCount
    valueCount = view.valueCount
    end = view.end
  }

  @inline(__always) @_lifetime(copy payload)
  init(payload: RawSpan, _ place: RecordPlace) {
    self.payload = payload
    offset = place.offset
    timestamp = place.timestamp
    keyStart = place.keyStart
    valueStart = place.valueStart
    keyCount = place.keyCount
    valueCount = place.valueCount
    end = place.end
  }

  /// The key; nil for a record without one.
  @inlinable public var key: RawSpan? {
    @_lifetime(copy self)
    get {
      guard keyCount >= 0 else { return nil }
      return payload.extracting(Int(keyStart)..<Int(keyStart &+ keyCount))
    }
  }

  /// The value; nil for a null one.
  @inlinable public var value: RawSpan? {
    @_lifetime(copy self)
    get {
      guard valueCount >= 0 else { return nil }
      return payload.extracting(Int(valueStart)..<Int(valueStart &+ valueCount))
    }
  }

  public var headerCount: Int { headers.remaining }

  private var headers: RecordHeaders {
    @_lifetime(copy self)
    get {
      let headersStart = Int(valueStart &+ max(0, valueCount))
      return RecordHeaders(payload.extracting(..<Int(end)), at: headersStart)
    }
  }

  /// Calls `body` with each header's name and value, in their order.
  public func forEachHeader<Failure: Error>(
    _ body: (_ name: RawSpan, _ value: RawSpan?) throws(Failure) -> Void
  ) throws(Failure) {
    var headers = headers
    while let header = headers.next() { try body(header.key, header.value) }
  }
}
