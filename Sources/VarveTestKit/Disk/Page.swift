#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// 4 KiB of a file: what the system writes to the disk at once. Copies share their bytes.
///
/// Compares and copies as C does: tests run unoptimised, where Swift takes its time over bytes.
struct Page: Sendable, Equatable {
  static let byteCount = 4096
  /// What a disk writes whole: a page of eight can be torn between them.
  static let sectorByteCount = 512
  static let zero = Page(bytes: [UInt8](repeating: 0, count: byteCount))

  private(set) var bytes: [UInt8]

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// A copy of `count` bytes of memory, and zeros behind them.
  init(copying memory: UnsafeRawPointer, count: Int) {
    self = .zero
    unsafe bytes.withUnsafeMutableBytes { page in
      unsafe page.copyMemory(from: UnsafeRawBufferPointer(start: memory, count: count))
    }
  }

  /// How many pages `byteCount` bytes lie in.
  static func count(_ byteCount: Int) -> Int { (byteCount + Self.byteCount - 1) / Self.byteCount }

  static func == (left: Page, right: Page) -> Bool {
    unsafe left.bytes.withUnsafeBytes { unsafe right.hasPrefix($0.baseAddress!, count: byteCount) }
  }

  /// Whether the page begins with `count` bytes of memory.
  func hasPrefix(_ memory: UnsafeRawPointer, count: Int) -> Bool {
    unsafe bytes.withUnsafeBytes { unsafe memcmp($0.baseAddress!, memory, count) == 0 }
  }

  /// Copies the page's first bytes to memory.
  func copyPrefix(_ count: Int, to memory: UnsafeMutableRawPointer) {
    unsafe bytes.withUnsafeBytes { page in
      unsafe memory.copyMemory(from: page.baseAddress!, byteCount: count)
    }
  }

  /// The first bytes, and zeros behind them.
  func cut(to count: Int) -> Page {
    unsafe bytes.withUnsafeBytes { unsafe Page(copying: $0.baseAddress!, count: count) }
  }

  /// Takes over a sector of another page.
  mutating func takeSector(_ sector: Int, from other: Page) {
    let range = sector * Self.sectorByteCount..<(sector + 1) * Self.sectorByteCount
    unsafe bytes.withUnsafeMutableBytes { page in
      unsafe other.bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: page[range])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
      }
    }
  }
}
