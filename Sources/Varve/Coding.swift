/// Turns values into bytes: what Foundation's `JSONEncoder` does, which becomes one in a few lines.
///
/// ```swift
/// extension JSONEncoder: PayloadEncoder {
///   public func bytes(of value: some Encodable) throws -> ByteSlice {
///     ByteSlice(try encode(value))
///   }
/// }
/// ```
public protocol PayloadEncoder {
  func bytes(of value: some Encodable) throws -> ByteSlice
}

/// Turns bytes into values: what Foundation's `JSONDecoder` does, which becomes one in a few lines.
///
/// ```swift
/// extension JSONDecoder: PayloadDecoder {
///   public func value<Value: Decodable>(
///     _ type: Value.Type, from bytes: ByteSlice
///   ) throws -> Value {
///     try decode(type, from: Data(bytes))
///   }
/// }
/// ```
public protocol PayloadDecoder {
  func value<Value: Decodable>(_ type: Value.Type, from bytes: ByteSlice) throws -> Value
}

extension PayloadEncoder {
  /// Throws `.coding`, with the encoder's own error as its cause.
  func payload(of value: some Encodable) throws(VarveError) -> ByteSlice {
    do { return try bytes(of: value) } catch {
      throw VarveError(.coding, "the value can't be encoded: \(error)", cause: error)
    }
  }
}

extension Record {
  /// The value, decoded; nil for a null one. Throws `.coding`, with the decoder's own error as its
  /// cause.
  ///
  /// ```swift
  /// let order = try record.decode(Order.self, with: JSONDecoder())
  /// ```
  public func decode<Value: Decodable>(
    _ type: Value.Type, with decoder: some PayloadDecoder
  ) throws(VarveError) -> Value? {
    guard let value else { return nil }
    do { return try decoder.value(type, from: value) } catch {
      throw VarveError(
        .coding, "the value at offset \(offset) can't be decoded: \(error)", cause: error)
    }
  }

  /// The value as text; nil for a null one, and for one that is not UTF-8.
  public var text: String? { value.flatMap { String(validating: $0, as: UTF8.self) } }

  /// The key as text; nil for a record without one, and for one that is not UTF-8.
  public var keyText: String? { key.flatMap { String(validating: $0, as: UTF8.self) } }

  /// The value of the last header of a name; nil where there is none, or it is null.
  public func header(_ name: String) -> ByteSlice? {
    headers.last { $0.name.elementsEqual(name.utf8) }?.value
  }
}
