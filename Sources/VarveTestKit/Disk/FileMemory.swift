#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif
internal import VarveBase

/// The bytes of a simulated file as programs see them now, at an address that never changes once
/// it was mapped.
///
/// A file that nobody maps is a small piece of the heap. Mapping moves it into a range of
/// addresses far larger than it, of which only what lies within the file may be touched: past
/// the end a store stops the program, as it does on a real disk.
@safe
final class FileMemory: @unchecked Sendable {
  // Safety: used under the lock of its file system, except for the bytes that a mapping shows,
  // which are their users' to synchronise as those of a real file are.
  private(set) var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var isReserved: Bool
  private static let pageByteCount = Int(sysconf(Int32(_SC_PAGESIZE)))
  /// Address space costs nothing: 100,000 mapped files find room.
  private static let reserve = 1 << 30
  private static let heapCapacity = 1 << 20

  /// The memory of `image`.
  init(_ image: FileImage) {
    capacity = max(512, image.byteCount)
    isReserved = false
    unsafe base = calloc(1, capacity)
    for (number, page) in image.pages {
      let start = number * Page.byteCount
      unsafe page.copyPrefix(min(Page.byteCount, image.byteCount - start), to: base + start)
    }
  }

  deinit {
    if isReserved { _ = unsafe munmap(base, capacity) } else { unsafe free(base) }
  }

  /// Makes room for `needed` bytes where the file has `byteCount`, and for a mapping where
  /// `mapped`. False where that would move bytes that may be mapped already.
  func makeRoom(for needed: Int, of byteCount: Int, mapped: Bool) -> Bool {
    if isReserved { return needed <= capacity }
    if mapped || needed > Self.heapCapacity {
      reserve(needed, of: byteCount)
    } else if needed > capacity {
      let newCapacity = max(needed, capacity * 2)
      unsafe base = realloc(base, newCapacity)
      _ = unsafe memset(base + capacity, 0, newCapacity - capacity)
      capacity = newCapacity
    }
    return true
  }

  /// Moves the bytes from the heap to addresses of their own.
  private func reserve(_ needed: Int, of byteCount: Int) {
    let heap = unsafe base
    capacity = Self.wholePages(max(needed, Self.reserve))
    isReserved = true
    unsafe base = Self.map(nil, capacity)
    #if canImport(Glibc)
      // A store to one page must not clear two megabytes.
      _ = unsafe madvise(base, capacity, MADV_NOHUGEPAGE)
    #endif
    resize(from: 0, to: byteCount)
    _ = unsafe memcpy(base, heap, byteCount)
    unsafe free(heap)
  }

  /// Addresses that nothing stands behind yet, in place of those at `address` where one is given.
  private static func map(
    _ address: UnsafeMutableRawPointer?, _ count: Int
  ) -> UnsafeMutableRawPointer {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let fixed = unsafe address == nil ? 0 : MAP_FIXED
    let result = unsafe mmap(address, count, PROT_NONE, flags | fixed, -1, 0)
    guard let result = unsafe result, unsafe result != MAP_FAILED else {
      preconditionFailure("no addresses left for simulated files: errno \(errno)")
    }
    return unsafe result
  }

  /// Makes the bytes up to the new end accessible and those past it zero.
  func resize(from oldByteCount: Int, to byteCount: Int) {
    if byteCount < oldByteCount { cut(from: oldByteCount, to: byteCount) }
    guard isReserved, byteCount > oldByteCount else { return }
    let end = Self.wholePages(byteCount)
    precondition(unsafe mprotect(base, end, PROT_READ | PROT_WRITE) == 0)
  }

  private func cut(from oldByteCount: Int, to byteCount: Int) {
    guard isReserved else {
      _ = unsafe memset(base + byteCount, 0, oldByteCount - byteCount)
      return
    }
    let end = Self.wholePages(byteCount)
    let oldEnd = Self.wholePages(oldByteCount)
    _ = unsafe memset(base + byteCount, 0, min(oldByteCount, end) - byteCount)
    guard oldEnd > end else { return }
    _ = unsafe Self.map(base + end, oldEnd - end)
  }

  func read(_ range: Range<Int>) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  func write(_ bytes: RawSpan, at position: Int) {
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      _ = unsafe memcpy(base + position, start, source.count)
    }
  }

  /// Brings `image` up to date with the first `byteCount` bytes.
  func capture(_ byteCount: Int, into image: inout FileImage) {
    image.resize(to: byteCount)
    let touched = touchedPages(byteCount)
    for page in 0..<Page.count(byteCount) {
      // A page that had bytes is looked at even if it seems untouched: it may be swapped out.
      guard touched?[page] != 0 || image.pages[page] != nil else { continue }
      let start = unsafe base + page * Page.byteCount
      let count = min(Page.byteCount, byteCount - page * Page.byteCount)
      if unsafe !image[page].hasPrefix(start, count: count) {
        image[page] = unsafe Page(copying: start, count: count)
      }
    }
  }

  /// One byte a page, zero for those never touched since they were made; nil where that is not
  /// known. It spares reading all of a large file that was only allocated.
  private func touchedPages(_ byteCount: Int) -> [UInt8]? {
    guard isReserved, Self.pageByteCount == Page.byteCount else { return nil }
    var touched = [UInt8](repeating: 0, count: Page.count(byteCount))
    let result = unsafe touched.withUnsafeMutableBufferPointer { pages in
      unsafe mincore(base, byteCount, pages.baseAddress)
    }
    return result == 0 ? touched : nil
  }

  private static func wholePages(_ byteCount: Int) -> Int {
    (byteCount + pageByteCount - 1) / pageByteCount * pageByteCount
  }
}
