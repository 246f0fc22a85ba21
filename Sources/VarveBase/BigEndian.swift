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
}
