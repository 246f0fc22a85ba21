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
public struct BorrowedRecord: ~Escapable {
  private let view: RecordView

  @_lifetime(copy view)
  init(_ view: consuming RecordView) { self.view = view }

  public var offset: Offset { view.offset }

  /// As ``Record/timestamp``.
  public var timestamp: Timestamp { view.timestamp }

  /// The key; nil for a record without one.
  public var key: RawSpan? {
    @_lifetime(copy self)
    get { view.key }
  }

  /// The value; nil for a null one.
  public var value: RawSpan? {
    @_lifetime(copy self)
    get { view.value }
  }

  public var headerCount: Int { view.headerCount }

  /// Calls `body` with each header's name and value, in their order.
  public func forEachHeader<Failure: Error>(
    _ body: (_ name: RawSpan, _ value: RawSpan?) throws(Failure) -> Void
  ) throws(Failure) {
    var headers = view.headers
    while let header = headers.next() { try body(header.key, header.value) }
  }
}
