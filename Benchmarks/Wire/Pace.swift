import Glibc

/// Sends records at a fixed rate, each with the time of sending in its first bytes.
struct Pace {
  private let interval: UInt64

  init(_ recordsPerSecond: Int) { interval = 1_000_000_000 / UInt64(recordsPerSecond) }

  /// Calls `send` for each record when its time has come, and `idle` before each time to sleep.
  func send(
    _ count: Int, of byteCount: Int, _ send: (UnsafeRawBufferPointer) throws -> Void,
    idle: () throws -> Void
  ) throws {
    var next = nanoseconds()
    for _ in 0..<count {
      next += interval
      let now = nanoseconds()
      if now < next {
        try idle()
        Self.sleep(until: next)
      }
      try Self.stamped(byteCount, send)
    }
  }

  /// Calls `send` with a record whose first bytes say what time it is.
  static func stamped(
    _ byteCount: Int, _ send: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withUnsafeTemporaryAllocation(byteCount: max(8, byteCount), alignment: 8) { bytes in
      bytes.initializeMemory(as: UInt8.self, repeating: 0x5A)
      bytes.storeBytes(of: nanoseconds(), as: UInt64.self)
      try send(UnsafeRawBufferPointer(bytes))
    }
  }

  /// How long ago a record was stamped, in nanoseconds.
  static func age(of record: UnsafeRawBufferPointer) -> UInt64 {
    record.count < 8 ? 0 : nanoseconds() &- record.loadUnaligned(as: UInt64.self)
  }

  private static func sleep(until time: UInt64) {
    var wanted = timespec(
      tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, nil)
  }
}
