internal import VarveBase

/// Reads the fields of one message in the wire format of Protocol Buffers, one after the other. A
/// message within it is a field of bytes, which a reader of its own reads.
///
/// Never reads past the end, whatever it is given; what is no message is an error.
struct ProtobufReader {
  struct Field {
    let number: UInt64
    let value: Value
  }

  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ByteSlice)
  }

  private let bytes: ByteSlice
  private var position = 0

  init(_ bytes: ByteSlice) { self.bytes = bytes }

  /// The next field; nil at the end.
  mutating func next() throws(ProtobufError) -> Field? {
    guard position < bytes.count else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number > 0 else { throw ProtobufError(at: position) }
    switch tag & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try fixed(UInt64.self)))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.count - position) else { throw ProtobufError(at: position) }
      let start = position
      position += Int(length)
      return Field(number: number, value: .bytes(bytes.slice(start..<position)))
    case 5: return Field(number: number, value: .fixed32(try fixed(UInt32.self)))
    default: throw ProtobufError(at: position)
    }
  }

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    guard position < bytes.count else { throw ProtobufError(at: position) }
    var end = position
    let value = Varint.readUnsigned64(bytes.bytes, at: &end, end: bytes.count)
    guard end <= bytes.count else { throw ProtobufError(at: position) }
    position = end
    return value
  }

  /// A number in little-endian order.
  private mutating func fixed<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(ProtobufError) -> Number {
    let end = position + Number.bitWidth / 8
    guard end <= bytes.count else { throw ProtobufError(at: position) }
    defer { position = end }
    return bytes.bytes.bigEndian(at: position, as: type).byteSwapped
  }
}

/// Bytes that are no message of Protocol Buffers.
package struct ProtobufError: Error, Equatable, CustomStringConvertible {
  /// Within the message, or the message within it, that is at fault.
  package let position: Int

  init(at position: Int) { self.position = position }

  package var description: String {
    "what was pushed is not in OpenTelemetry's format: byte \(position)"
  }
}
