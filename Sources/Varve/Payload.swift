public import VarveBase

/// What can be a record's key or value: bytes, text, or a type of yours.
///
/// ```swift
/// extension UUID: Payload {
///   public func withBytes(
///     _ body: (RawSpan) throws(VarveError) -> Void
///   ) throws(VarveError) {
///     try ByteSlice(uuidString.utf8).withBytes(body)
///   }
/// }
/// ```
public protocol Payload {
  /// Calls `body` once with the bytes, which it copies.
  func withBytes(_ body: (RawSpan) throws(VarveError) -> Void) throws(VarveError)
}

extension ByteSlice: Payload {
  public func withBytes(_ body: (RawSpan) throws(VarveError) -> Void) throws(VarveError) {
    try body(bytes)
  }
}

extension Array: Payload where Element == UInt8 {
  public func withBytes(_ body: (RawSpan) throws(VarveError) -> Void) throws(VarveError) {
    try withLentBytes(body)
  }
}

extension ArraySlice: Payload where Element == UInt8 {
  public func withBytes(_ body: (RawSpan) throws(VarveError) -> Void) throws(VarveError) {
    try withLentBytes(body)
  }
}

/// Text is stored as UTF-8.
extension String: Payload {
  public func withBytes(_ body: (RawSpan) throws(VarveError) -> Void) throws(VarveError) {
    try withLentBytes(body)
  }
}

extension Substring: Payload {
  public func withBytes(_ body: (RawSpan) throws(VarveError) -> Void) throws(VarveError) {
    try String(self).withBytes(body)
  }
}
