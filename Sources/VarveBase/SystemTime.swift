internal import Glibc

/// The system's clocks.
package struct SystemTime: TimeSource {
  package init() {}

  package var now: Timestamp {
    let time = Self.read(CLOCK_REALTIME)
    return Timestamp(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  package var monotonicNanoseconds: UInt64 {
    let time = Self.read(CLOCK_MONOTONIC)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    // The two clocks above always exist, so this cannot fail.
    _ = unsafe clock_gettime(clock, &time)
    return time
  }
}
