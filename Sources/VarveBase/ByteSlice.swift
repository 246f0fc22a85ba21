internal import CVarve

/// Immutable bytes that keep alive what holds them: a record's key inside a mapped segment, say.
///
/// Copying a slice copies no bytes. A slice of a mapped segment stays valid after retention has
/// removed the segment's file, and keeps its disk space until it is let go.
@safe
public struct ByteSlice: @unchecked Sendable {
  // Safety: the bytes are never written once a slice of them exists, and `owner` outlives them.
  @usableFromInline let owner: AnyObject?
  @usableFromInline let base: UnsafeRawPointer
  public let count: Int

  /// Bytes that `owner` keeps alive and nobody changes any more.
  @inlinable
  package init(unsafeBase base: UnsafeRawPointer, count: Int, owner: AnyObject?) {
    unsafe self.base = base
    self.count = count
    self.owner = owner
  }

  /// No bytes.
  public init() {
    unsafe self.init(
      unsafeBase: UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped, count: 0, owner: nil)
  }

  /// A copy of `bytes`.
  public init(_ bytes: some Collection<UInt8>) {
    let storage = ByteStorage(count: bytes.count)
    unsafe storage.buffer.copyBytes(from: bytes)
    unsafe self.init(
      unsafeBase: UnsafeRawPointer(storage.base), count: storage.count, owner: storage)
  }

  /// A copy of `bytes`.
  public init(_ bytes: RawSpan) {
    let storage = ByteStorage(count: bytes.byteCount)
    unsafe bytes.withUnsafeBytes { unsafe storage.buffer.copyMemory(from: $0) }
    unsafe self.init(
      unsafeBase: UnsafeRawPointer(storage.base), count: storage.count, owner: storage)
  }

  public var isEmpty: Bool { count == 0 }

  /// The bytes, for as long as this slice is held.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    @inlinable
    borrowing get {
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// A part of the bytes. Traps outside of them.
  public func slice(_ range: Range<Int>) -> ByteSlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe ByteSlice(
      unsafeBase: base + range.lowerBound, count: range.count, owner: owner)
  }

  /// Starts to bring bytes near the processor that will be read soon; those outside are left out.
  package func prefetch(_ range: Range<Int>) {
    let range = range.clamped(to: 0..<count)
    unsafe varve_prefetch(base + range.lowerBound, range.count)
  }

  /// Calls `body` with the bytes, which must not escape from it.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }
}

extension ByteSlice: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(position: Int) -> UInt8 {
    precondition(position >= 0 && position < count)
    return unsafe base.load(fromByteOffset: position, as: UInt8.self)
  }
}

extension ByteSlice: Hashable {
  public static func == (left: ByteSlice, right: ByteSlice) -> Bool { left.elementsEqual(right) }

  public func hash(into hasher: inout Hasher) {
    unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

extension ByteSlice: CustomStringConvertible {
  /// The bytes as UTF-8, with U+FFFD where they are not.
  public var description: String { String(decoding: self, as: UTF8.self) }
}

/// Memory of its own for the bytes of a slice.
@safe
package final class ByteStorage: @unchecked Sendable {
  // Safety: filled by its maker, then only read, through slices.
  package let base: UnsafeMutableRawPointer
  package let count: Int

  package init(count: Int) {
    unsafe base = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(count, 1), alignment: 8)
    self.count = count
  }

  package var buffer: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
  }

  deinit { unsafe base.deallocate() }
}
