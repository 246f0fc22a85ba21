/// The records that benchmarks write: a pool of values, small enough for the cache, so that what is
/// measured is the log and not the making of records.
struct RecordPool {
  let byteCount: Int
  let bytes: [UInt8]
  static let count = 1000

  /// `count` values of a size, one after the other.
  init(byteCount: Int, bytes: [UInt8]) {
    precondition(bytes.count == byteCount * Self.count)
    self.byteCount = byteCount
    self.bytes = bytes
  }

  /// Values of pseudorandom bytes, which do not compress.
  init(byteCount: Int) {
    var generator = SplitMix(seed: 2012)
    self.byteCount = byteCount
    bytes = (0..<byteCount * Self.count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  /// Calls `body` with each of `count` values in turn.
  @inline(__always)
  func forEach(_ count: Int, _ body: (RawSpan) throws -> Void) rethrows {
    let pool = bytes.span.bytes
    var next = 0
    for _ in 0..<count {
      try body(pool.extracting(next..<next + byteCount))
      next += byteCount
      if next == pool.byteCount { next = 0 }
    }
  }

  /// The value of one record.
  func value(_ index: Int) -> [UInt8] {
    let start = index % Self.count * byteCount
    return Array(bytes[start..<start + byteCount])
  }
}

/// Steele, Lea and Flood's generator: the same numbers on every machine.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension RawSpan {
  /// The first eight bytes as a number, or 0 where there are fewer.
  var firstWord: UInt64 {
    byteCount < 8 ? 0 : unsafe unsafeLoadUnaligned(as: UInt64.self)
  }
}
