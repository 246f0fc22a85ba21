/// Integers in 7-bit groups, the lowest first, as Protocol Buffers and Kafka write them: signed
/// ones zigzagged, so that small negative numbers stay short.
///
/// Reading poisons instead of throwing: a number that is cut short or too long yields 0 and moves
/// the position past every end (`invalidPosition`), where all further reads fail too. Callers
/// read what they need and then check the position once.
///
/// `@usableFromInline` on the type is what lets other modules inline its functions.
@usableFromInline
package enum Varint {
  /// Where a failed read leaves its position.
  @inlinable package static var invalidPosition: Int { Int.max >> 1 }

  // MARK: Zigzag

  @inlinable
  package static func zigzag(_ value: Int32) -> UInt32 {
    UInt32(bitPattern: (value << 1) ^ (value >> 31))
  }

  @inlinable
  package static func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value << 1) ^ (value >> 63))
  }

  @inlinable
  package static func unzigzag(_ value: UInt32) -> Int32 {
    Int32(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
  }

  @inlinable
  package static func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
  }

  // MARK: Sizes

  /// The bytes that an unsigned number takes: 1 to 10.
  @inlinable
  package static func byteCount(unsigned value: UInt64) -> Int {
    // ceil(bits / 7) without a division: (bits * 9 + 64) / 64 holds for 1...64 bits.
    let bits = 64 &- (value | 1).leadingZeroBitCount
    return (bits &* 9 &+ 64) >> 6
  }

  /// The bytes that a zigzagged number takes: 1 to 10.
  @inlinable
  package static func byteCount(_ value: Int64) -> Int { byteCount(unsigned: zigzag(value)) }

  // MARK: Reading

  /// The unsigned number at `position`, which lies before `end`; moves the position past it.
  /// More than 5 bytes or 32 bits are invalid.
  @inlinable @inline(__always)
  package static func readUnsigned32(
    _ bytes: RawSpan, at position: inout Int, end: Int
  ) -> UInt32 {
    UInt32(truncatingIfNeeded: read(bytes, at: &position, end: end, bits: 32))
  }

  /// As `readUnsigned32`, up to 10 bytes and 64 bits.
  @inlinable @inline(__always)
  package static func readUnsigned64(
    _ bytes: RawSpan, at position: inout Int, end: Int
  ) -> UInt64 {
    read(bytes, at: &position, end: end, bits: 64)
  }

  /// The zigzagged number at `position`.
  @inlinable @inline(__always)
  package static func read32(_ bytes: RawSpan, at position: inout Int, end: Int) -> Int32 {
    unzigzag(readUnsigned32(bytes, at: &position, end: end))
  }

  /// The zigzagged number at `position`.
  @inlinable @inline(__always)
  package static func read64(_ bytes: RawSpan, at position: inout Int, end: Int) -> Int64 {
    unzigzag(readUnsigned64(bytes, at: &position, end: end))
  }

  /// One and two bytes in line, for they are what records are full of.
  @inlinable @inline(__always)
  static func read(
    _ bytes: RawSpan, at position: inout Int, end: Int, bits: UInt64
  ) -> UInt64 {
    let start = position
    precondition(start >= 0 && end <= bytes.byteCount)
    if start < end {
      let first = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: start, as: UInt8.self)
      if first < 0x80 {
        position = start &+ 1
        return UInt64(first)
      }
      if start &+ 1 < end {
        let second = unsafe bytes.unsafeLoad(
          fromUncheckedByteOffset: start &+ 1, as: UInt8.self)
        if second < 0x80 {
          position = start &+ 2
          return UInt64(first & 0x7F) | UInt64(second) << 7
        }
      }
    }
    // Not `inout`, which would keep the caller's position in memory.
    let (value, next) = readLong(bytes, at: start, end: end, bits: bits)
    position = next
    return value
  }

  /// The unsigned number at `position` where it takes one byte or two. Where it takes more, the
  /// highest bit of `long` is set, and the number is nonsense.
  ///
  /// `hasShort` says that the bytes are there.
  @inlinable @inline(__always)
  package static func readShort(
    _ bytes: RawSpan, at position: inout Int, long: inout UInt8
  ) -> UInt32 {
    let start = position
    let first = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: start, as: UInt8.self)
    if first < 0x80 {
      position = start &+ 1
      return UInt32(first)
    }
    let second = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: start &+ 1, as: UInt8.self)
    position = start &+ 2
    long |= second
    return UInt32(first & 0x7F) | UInt32(second & 0x7F) << 7
  }

  /// Whether `count` numbers of up to two bytes may be read from `position` on, which is not
  /// negative.
  @inlinable @inline(__always)
  package static func hasShort(_ bytes: RawSpan, at position: Int, count: Int) -> Bool {
    assert(position >= 0)
    return position <= bytes.byteCount &- 2 &* count
  }

  @usableFromInline @inline(never)
  package static func readLong(
    _ bytes: RawSpan, at start: Int, end: Int, bits: UInt64
  ) -> (value: UInt64, next: Int) {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var position = start
    while position < end, shift < bits {
      let byte = UInt64(bytes.bigEndian(at: position, as: UInt8.self))
      position += 1
      // The last group may hold fewer than 7 bits; more would be lost.
      if shift + 7 > bits, byte >> (bits - shift) != 0 { break }
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return (value, position) }
      shift += 7
    }
    return (0, invalidPosition)
  }

  // MARK: Writing

  /// Writes an unsigned number where at least `byteCount(unsigned:)` bytes are free; returns the
  /// bytes written.
  @inlinable @inline(__always)
  package static func write(unsigned value: UInt64, to start: UnsafeMutableRawPointer) -> Int {
    if value < 1 << 7 {
      unsafe start.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
      return 1
    }
    if value < 1 << 14 {
      let pair = UInt16(truncatingIfNeeded: (value & 0x7F) | 0x80 | ((value >> 7) << 8))
      unsafe start.storeBytes(of: pair.littleEndian, as: UInt16.self)
      return 2
    }
    return unsafe writeLong(unsigned: value, to: start)
  }

  /// One more than the largest unsigned number that takes no more than two bytes.
  @inlinable package static var shortLimit: UInt64 { 1 << 14 }

  /// The bytes that an unsigned number below `shortLimit` takes.
  @inlinable @inline(__always)
  package static func byteCount(short value: UInt64) -> Int { value < 1 << 7 ? 1 : 2 }

  /// Writes an unsigned number below `shortLimit`, without a branch; returns the bytes that it
  /// takes. Two bytes are stored in any case: the second of a number that takes one is whatever,
  /// and what comes next goes over it.
  @inlinable @inline(__always)
  package static func write(short value: UInt64, to start: UnsafeMutableRawPointer) -> Int {
    let long = (value & 0x7F) | 0x80 | (value << 1 & 0x7F00)
    let pair = UInt16(truncatingIfNeeded: value < 1 << 7 ? value : long)
    unsafe start.storeBytes(of: pair.littleEndian, as: UInt16.self)
    return byteCount(short: value)
  }

  @usableFromInline @inline(never)
  static func writeLong(unsigned value: UInt64, to start: UnsafeMutableRawPointer) -> Int {
    var rest = value
    var count = 0
    while rest >= 0x80 {
      unsafe start.storeBytes(
        of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
      rest >>= 7
      count += 1
    }
    unsafe start.storeBytes(
      of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
    return count + 1
  }
}
