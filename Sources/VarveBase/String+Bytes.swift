extension String {
  /// Calls `body` with the text in UTF-8, without a copy where it is stored so.
  package func utf8Bytes<Failure: Error>(
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
