internal import VarveBase

/// A buffer that grows by doubling and keeps its memory when emptied: builders and codecs write
/// into one without an allocation once it is large enough.
@safe
struct GrowingBytes: ~Copyable, @unchecked Sendable {
  // Safety: the memory is this value's alone, and the value cannot be copied.
  private(set) var base: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// The bytes written so far.
  private(set) var count = 0

  init(capacity: Int = 4096) {
    self.capacity = max(64, capacity)
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { unsafe base.deallocate() }

  /// The bytes written so far.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes written so far, to be changed.
  var mutableBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableRawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// Where the next byte goes.
  var end: UnsafeMutableRawPointer { unsafe base + count }

  /// The bytes that may be written at `end`.
  var free: Int { capacity - count }

  /// Makes room for `more` bytes after those written.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if more > capacity &- count { grow(more) }
  }

  /// Counts bytes that were written at `end`.
  @inline(__always)
  mutating func advance(by written: Int) {
    assert(written >= 0 && written <= free)
    count &+= written
  }

  /// Forgets the bytes after the first `newCount`, or counts such that were reserved.
  mutating func setCount(_ newCount: Int) {
    precondition(newCount >= 0 && newCount <= capacity)
    count = newCount
  }

  mutating func append(_ bytes: RawSpan) {
    reserve(bytes.byteCount)
    put(bytes)
  }

  // MARK: Writing into room that was reserved

  @inline(__always)
  mutating func put(_ byte: UInt8) {
    assert(free >= 1)
    unsafe end.storeBytes(of: byte, as: UInt8.self)
    count &+= 1
  }

  /// A zigzagged varint.
  @inline(__always)
  mutating func putVarint(_ value: Int64) {
    let unsigned = Varint.zigzag(value)
    assert(free >= Varint.byteCount(unsigned: unsigned))
    unsafe count &+= Varint.write(unsigned: unsigned, to: end)
  }

  @inline(__always)
  mutating func put(_ bytes: RawSpan) {
    assert(free >= bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe end.copyMemory(from: start, byteCount: source.count)
    }
    count &+= bytes.byteCount
  }

  /// The bytes after their length, which is -1 for null.
  @inline(__always)
  mutating func putPrefixed(_ bytes: RawSpan?) {
    guard let bytes else { return put(1) }
    putVarint(Int64(bytes.byteCount))
    put(bytes)
  }

  /// What comes before a record's body.
  mutating func put(_ start: RecordStart) {
    // The count is kept out of memory until the end: what is written may alias it.
    var to = unsafe end
    unsafe to += Varint.write(unsigned: start.length, to: to)
    unsafe to.storeBytes(of: start.attributes, as: UInt8.self)
    unsafe to += 1
    unsafe to += Varint.write(unsigned: start.timestampDelta, to: to)
    unsafe to += Varint.write(unsigned: start.offsetDelta, to: to)
    unsafe count = to - base
  }

  /// A record, for which `byteCountMax` bytes were reserved.
  @inline(__always)
  mutating func put(_ record: ShortRecord, key: RawSpan?, value: RawSpan?) {
    assert(free >= record.byteCountMax)
    unsafe count = record.write(key: key, value: value, to: end) - base
  }

  mutating func putBigEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    assert(free >= MemoryLayout<Value>.size)
    unsafe end.storeBytes(of: value.bigEndian, as: Value.self)
    count += MemoryLayout<Value>.size
  }

  /// Writes over bytes that were written before.
  @inline(__always)
  mutating func storeBigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    _ value: Value, at position: Int
  ) {
    precondition(position >= 0 && position <= count - MemoryLayout<Value>.size)
    unsafe base.storeBytes(of: value.bigEndian, toByteOffset: position, as: Value.self)
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    let newCapacity = max(capacity * 2, count + more)
    let grown = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
    unsafe grown.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = grown
    capacity = newCapacity
  }
}

/// The numbers before a record's body, zigzagged where the format wants it.
struct RecordStart {
  let length: UInt64
  let attributes: UInt8
  let timestampDelta: UInt64
  let offsetDelta: UInt64
}
