/// Where the time comes from: the system's clock, or a test's.
package protocol TimeSource: Sendable {
  /// The wall clock, which may jump.
  var now: Timestamp { get }

  /// Nanoseconds since some fixed moment; never goes back.
  var monotonicNanoseconds: UInt64 { get }
}
