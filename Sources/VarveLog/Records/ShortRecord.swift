internal import VarveBase

/// The numbers of a record without headers where each takes one byte or two, as most records' do:
/// such a record is written without a branch on any of them, in a third of the time.
struct ShortRecord {
  // Zigzagged, as they are written.
  private let length: UInt64
  private let timestampDelta: UInt64
  private let offsetDelta: UInt64
  private let keyLength: UInt64
  private let valueLength: UInt64

  /// Nil where a number takes three bytes or more. `offsetDelta` is not negative.
  @inline(__always)
  init?(timestampDelta: Int64, offsetDelta: Int64, key: RawSpan?, value: RawSpan?) {
    self.timestampDelta = Varint.zigzag(timestampDelta)
    self.offsetDelta = UInt64(truncatingIfNeeded: offsetDelta) << 1
    keyLength = Self.length(of: key)
    valueLength = Self.length(of: value)
    // Besides these, one byte each for the attributes and the count of headers. A length that is
    // -1 for null is 1 here, and counts no bytes.
    let numbers =
      2 &+ Varint.byteCount(short: self.timestampDelta) &+ Varint.byteCount(short: self.offsetDelta)
      &+ Varint.byteCount(short: keyLength) &+ Varint.byteCount(short: valueLength)
    length = (UInt64(truncatingIfNeeded: numbers) &+ keyLength >> 1 &+ valueLength >> 1) << 1
    let widest = length | self.timestampDelta | self.offsetDelta | keyLength | valueLength
    guard widest < Varint.shortLimit else { return nil }
  }

  /// The bytes of the record with its length, or one more.
  var byteCountMax: Int { 2 &+ Int(truncatingIfNeeded: length >> 1) }

  /// The most that `byteCountMax` comes to.
  static var byteCountLimit: Int { 2 + Int(Varint.shortLimit >> 1) }

  /// Writes the record where `byteCountMax` bytes are free; returns where it ends.
  @inline(__always)
  func write(
    key: RawSpan?, value: RawSpan?, to start: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var to = unsafe start + Varint.write(short: length, to: start)
    unsafe to.storeBytes(of: 0, as: UInt8.self)
    unsafe to += 1
    unsafe to += Varint.write(short: timestampDelta, to: to)
    unsafe to += Varint.write(short: offsetDelta, to: to)
    unsafe to += Varint.write(short: keyLength, to: to)
    if let key { unsafe Self.copy(key, to: &to) }
    unsafe to += Varint.write(short: valueLength, to: to)
    if let value { unsafe Self.copy(value, to: &to) }
    unsafe to.storeBytes(of: 0, as: UInt8.self)
    return unsafe to + 1
  }

  @inline(__always)
  private static func length(of bytes: RawSpan?) -> UInt64 {
    guard let bytes else { return 1 }
    return UInt64(truncatingIfNeeded: bytes.byteCount) << 1
  }

  @inline(__always)
  private static func copy(_ bytes: RawSpan, to target: inout UnsafeMutableRawPointer) {
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe target.copyMemory(from: start, byteCount: source.count)
    }
    unsafe target += bytes.byteCount
  }
}
