import Testing
import VarveBenchmarks
import VarveTestKit

/// Every benchmark runs, small, so that none rots; what it finds is not looked at but for being
/// there. The goals that are figures are measured by `make bench`, never asserted here: S05 and G35
/// by workers, S08 by fan-out, S20 by processed-ids, G11 by group-commit, G34's wake-up by
/// wire-latency, G44 by delay-lateness, G72 by start-up and serve-start, G73 by append-batched and
/// append-single, G74 by tail-latency, G75 by durable, G76 by wire-both, wire-produce and
/// wire-consume, G77 by wire-latency, G78 by queue-cycles, G79 by replay and cold, G80 by
/// wire-partitions; that maintenance starves no append, by maintenance. README says which are met.
/// Those over the wire are there with the trait Peers, which `make test` turns on.
@Suite(.serialized) struct SmokeTests {
  @Test(arguments: Benchmark.all.map(\.name))
  func `a benchmark runs`(name: String) async throws {
    let directory = try TemporaryDirectory()
    var options = Options()
    options.isSmoke = true
    options.directory = directory.path
    let benchmark = try #require(Benchmark.all.first { $0.name == name })
    let comparisons = try await benchmark.run(Bench(options))
    #expect(!comparisons.isEmpty)
    for comparison in comparisons {
      for figure in comparison.figures {
        // A server's time is counted in ticks, of which a small run may take none, and no more may
        // be late than the ring's.
        let mayBeNone = ["the server's CPU", "beyond the ring's"]
        let isFound =
          figure.median > 0
          || figure.median.isFinite && mayBeNone.contains { comparison.title.hasSuffix($0) }
        #expect(isFound, "\(comparison.title): \(figure.contender)")
      }
    }
  }

  @Test func `names of benchmarks are their own`() {
    #expect(Set(Benchmark.all.map(\.name)).count == Benchmark.all.count)
  }
}
