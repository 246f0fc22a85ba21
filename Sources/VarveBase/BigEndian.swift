extension RawSpan {
  /// The big-endian integer at `position`. Traps outside the span: callers check lengths first.
  @inlinable @_alwaysEmitIntoClient
  package func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    at position: Int, as type: Value.Type = Value.self
  ) -> Value {
    Value(
      bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: checked(position, for: type), as: type))
  }

  @inlinable
  package func checked<Value>(_ position: Int, for type: Value.Type) -> Int {
    precondition(position >= 0 && position <= byteCount - MemoryLayout<Value>.size)
    return position
  }

  /// Whether the byte at `position` is 0. The caller has compared the position with the length.
  @inlinable @_alwaysEmitIntoClient
  package func isZero(uncheckedAt position: Int) -> Bool {
    assert(position >= 0 && position < byteCount)
    return unsafe unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self) == 0
  }
}
