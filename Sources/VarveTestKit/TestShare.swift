#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// How much of a long test to run: `make test` runs a bounded share, `make test-long` the whole.
///
/// A test takes its seeds from here and names the seed in what it says on failure; `VARVE_SEED`
/// runs that one seed alone:
///
///     for seed in TestShare.seeds(500, long: 10_000) { … #expect(…, "\(TestShare.again(seed))") }
///
///     VARVE_SEED=17 swift test --filter CrashTests
package enum TestShare {
  /// Whether `VARVE_TEST_LONG` is set.
  package static var isLong: Bool { environment("VARVE_TEST_LONG") != nil }

  /// `short`, or `long` in the long run.
  package static func count(_ short: Int, long: Int) -> Int { isLong ? long : short }

  /// The seeds 1, 2, 3… up to the count, or the one that `VARVE_SEED` names.
  package static func seeds(_ short: Int, long: Int) -> ClosedRange<UInt64> {
    if let seed = environment("VARVE_SEED").flatMap({ UInt64($0) }) { return seed...seed }
    return 1...UInt64(max(count(short, long: long), 1))
  }

  /// What to say of a failed seed.
  package static func again(_ seed: UInt64) -> String {
    "seed \(seed): VARVE_SEED=\(seed) swift test"
  }

  private static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
