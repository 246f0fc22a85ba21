// Text and arrays lend their bytes for the time of a call, without a copy.

extension String {
  /// Calls `body` with the text in UTF-8.
  package func withLentBytes<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var text = self
    // `withUTF8` rethrows any error: the failure is carried out of it as a value.
    let outcome: Result<Void, Failure> = text.withUTF8 { buffer in
      do throws(Failure) {
        return unsafe .success(try body(UnsafeRawBufferPointer(buffer).bytes))
      } catch { return .failure(error) }
    }
    try outcome.get()
  }
}

extension [UInt8] {
  /// Calls `body` with the bytes.
  @inlinable
  package func withLentBytes<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    // Bytes have no padding that could be read by mistake.
    try body(unsafe span.bytes)
  }
}

extension ArraySlice<UInt8> {
  /// Calls `body` with the bytes.
  @inlinable
  package func withLentBytes<Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    try body(unsafe span.bytes)
  }
}
