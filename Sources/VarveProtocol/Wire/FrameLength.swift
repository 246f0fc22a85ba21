internal import VarveBase

/// What goes ahead of every request and response: the number of bytes that follow, four bytes,
/// big-endian.
package enum FrameLength {
  package static let byteCount = 4

  /// The length that `bytes` start with; nil while fewer than four bytes have arrived.
  ///
  /// Throws for a length that is negative or larger than `max`: whoever sent it speaks another
  /// protocol or means harm, and nothing that comes after can be understood.
  package static func decode(_ bytes: RawSpan, max: Int) throws(FrameLengthError) -> Int? {
    guard bytes.byteCount >= byteCount else { return nil }
    let length: Int32 = bytes.bigEndian(at: 0)
    guard length >= 0 && Int(length) <= max else {
      throw FrameLengthError(length: length, max: max)
    }
    return Int(length)
  }
}

/// A frame that is not read.
package struct FrameLengthError: Error, Hashable, CustomStringConvertible {
  package let length: Int32
  /// The largest length that is allowed, in bytes.
  package let max: Int

  package var description: String {
    length < 0
      ? "a frame claims \(length) bytes: this is not Kafka's protocol"
      : "a frame claims \(length) bytes, more than the \(max) that socket.request.max.bytes allows"
  }
}
