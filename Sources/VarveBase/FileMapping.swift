internal import CVarve

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A file's bytes in memory, unmapped when the last holder lets go.
///
/// One writer stores; readers touch only what was published to them before. The class is the
/// owner that `ByteSlice`s of records name.
///
/// `@usableFromInline` on the class is what lets other modules inline its members: without it a
/// `package` type's `@inlinable` is taken silently and every store is a call.
@safe @usableFromInline
package final class FileMapping: @unchecked Sendable {
  // Safety: the pointer is constant; who may store where, and when readers may look, is the
  // log's publication protocol (body first, then length and end with release ordering).
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline package let count: Int
  private let unmap: @Sendable () -> Void

  package init(base: UnsafeMutableRawPointer, count: Int, unmap: @escaping @Sendable () -> Void) {
    unsafe self.base = base
    self.count = count
    self.unmap = unmap
  }

  /// Memory that is no file's, and zero: for what must look like one.
  package convenience init(zeroed count: Int) {
    precondition(count > 0)
    // The addresses are enough until they are stored to.
    guard let memory = unsafe calloc(count, 1) else { preconditionFailure("no memory") }
    let address = UInt(bitPattern: memory)
    unsafe self.init(base: memory, count: count) {
      unsafe free(UnsafeMutableRawPointer(bitPattern: address))
    }
  }

  deinit { unmap() }

  /// Published bytes, kept alive by the slice.
  @inlinable
  package func slice(_ range: Range<Int>) -> ByteSlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe ByteSlice(
      unsafeBase: UnsafeRawPointer(base) + range.lowerBound, count: range.count, owner: self)
  }

  /// Calls `body` with published bytes.
  @inlinable
  package func withBytes<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let start = unsafe UnsafeRawPointer(base) + range.lowerBound
    return try body(unsafe RawSpan(_unsafeStart: start, byteCount: range.count))
  }

  /// Stores bytes at a position that no reader has been shown yet.
  @inlinable
  package func store(_ bytes: RawSpan, at position: Int) {
    precondition(position >= 0 && position <= count - bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (base + position).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Stores an integer big-endian.
  @inlinable
  package func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at position: Int) {
    precondition(position >= 0 && position <= count - MemoryLayout<Value>.size)
    unsafe base.storeBytes(of: value.bigEndian, toByteOffset: position, as: Value.self)
  }

  /// Loads a big-endian integer.
  @inlinable
  package func load<Value: FixedWidthInteger & BitwiseCopyable>(
    at position: Int, as type: Value.Type = Value.self
  ) -> Value {
    precondition(position >= 0 && position <= count - MemoryLayout<Value>.size)
    return Value(bigEndian: unsafe base.loadUnaligned(fromByteOffset: position, as: type))
  }

  /// Stores zeros.
  @inlinable
  package func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    unsafe (base + range.lowerBound).initializeMemory(
      as: UInt8.self, repeating: 0, count: range.count)
  }

  /// Stores a big-endian integer so that whoever loads it with `loadPublished`, another process
  /// too, sees all that was stored before. A 32-bit field that straddles a cache line is not
  /// stored in one step; readers of another process therefore check the batch's checksum as well.
  package func publish(_ value: UInt32, at position: Int) {
    precondition(position >= 0 && position <= count - 4)
    unsafe varve_store_release_32(base + position, value.bigEndian)
  }

  package func loadPublished(at position: Int) -> UInt32 {
    precondition(position >= 0 && position <= count - 4)
    return unsafe UInt32(bigEndian: varve_load_acquire_32(base + position))
  }

  /// The address of a byte, for C. Within the bytes only, and not kept.
  @inlinable
  package func withUnsafePointer<Result>(
    at position: Int, _ body: (UnsafeMutableRawPointer) -> Result
  ) -> Result {
    precondition(position >= 0 && position <= count)
    return unsafe body(base + position)
  }

  /// Tells the system how the bytes will be used. A hint: it costs nothing that it is not taken.
  package func advise(_ advice: MappingAdvice, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // madvise(2) wants the start of a page; mappings begin with one.
    let start = range.lowerBound / Self.pageByteCount * Self.pageByteCount
    guard range.upperBound > start else { return }
    _ = unsafe madvise(base + start, range.upperBound - start, advice.number)
  }

  private static let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
}

/// How mapped bytes will be used.
package enum MappingAdvice: Sendable {
  /// From front to back: read far ahead.
  case sequential
  /// Here and there: do not read ahead.
  case random
  /// Soon: start to read them now.
  case willNeed
  /// Much of it: in memory in pieces as large as the system has, 2 MiB on x86.
  case large

  fileprivate var number: Int32 {
    switch self {
    case .sequential: MADV_SEQUENTIAL
    case .random: MADV_RANDOM
    case .willNeed: MADV_WILLNEED
    case .large:
      #if canImport(Darwin)
        MADV_NORMAL
      #else
        MADV_HUGEPAGE
      #endif
    }
  }
}
