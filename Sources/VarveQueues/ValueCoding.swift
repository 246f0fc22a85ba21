public import Varve

/// How values become the bytes of records, and come back.
///
/// ```swift
/// let orders = ValueCoding<Order>.codable(JSONEncoder(), JSONDecoder())
/// ```
///
/// ``ValueCoding/text`` and ``ValueCoding/bytes`` need no coder.
public struct ValueCoding<Value>: Sendable {
  private let encode: @Sendable (Value) throws -> ByteSlice
  private let decode: @Sendable (ByteSlice) throws -> Value

  /// A coding of your own. What the two throw comes as the cause of ``QueueError/Code/coding``.
  public init(
    encode: @escaping @Sendable (Value) throws -> ByteSlice,
    decode: @escaping @Sendable (ByteSlice) throws -> Value
  ) {
    self.encode = encode
    self.decode = decode
  }

  func bytes(of value: Value) throws(QueueError) -> ByteSlice {
    do { return try encode(value) } catch {
      throw QueueError(.coding, "the value can't be encoded: \(error)", cause: error)
    }
  }

  func value(from bytes: ByteSlice, of what: String) throws(QueueError) -> Value {
    do { return try decode(bytes) } catch {
      throw QueueError(.coding, "\(what) can't be decoded: \(error)", cause: error)
    }
  }
}

extension ValueCoding where Value: Codable & SendableMetatype {
  /// By a coder, such as Foundation's for JSON.
  public static func codable(
    _ encoder: some PayloadEncoder & Sendable, _ decoder: some PayloadDecoder & Sendable
  ) -> ValueCoding {
    ValueCoding(
      encode: { try encoder.bytes(of: $0) },
      decode: { try decoder.value(Value.self, from: $0) })
  }
}

extension ValueCoding where Value == String {
  /// As UTF-8.
  public static var text: ValueCoding {
    ValueCoding(
      encode: { ByteSlice($0.utf8) },
      decode: { bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NotText() }
        return text
      })
  }
}

extension ValueCoding where Value == ByteSlice {
  /// As they are.
  public static var bytes: ValueCoding { ValueCoding(encode: { $0 }, decode: { $0 }) }
}

private struct NotText: Error, CustomStringConvertible {
  var description: String { "it is not UTF-8" }
}
