import Testing
import VarveCoordination
import VarveTestKit

/// Goal: rates are those of the last minute, and the forecast is what they say. Method: a model
/// that keeps every look there ever was, over random histories.
@Suite struct FlowMeterTests {
  /// What the meter should say, from all looks so far.
  private struct Model {
    var looks: [(uptime: Int64, totals: FlowTotals)] = []

    /// The last look that is a minute old, or else the first: of those that were a second apart.
    mutating func look(_ totals: FlowTotals, at uptime: Int64) -> (in: Double, out: Double)? {
      defer {
        if looks.last.map({ uptime - $0.uptime >= 1_000 }) ?? true {
          looks.append((uptime, totals))
        }
      }
      let old = looks.last { uptime - $0.uptime >= 60_000 } ?? looks.first
      guard let old, uptime - old.uptime >= 1_000 else { return nil }
      let time = Double(uptime - old.uptime) / 1_000
      return (
        Double(totals.come - old.totals.come) / time, Double(totals.left - old.totals.left) / time
      )
    }
  }

  @Test(arguments: TestShare.seeds(20, long: 2_000))
  func `S04: rates are those of a model that remembers everything`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var (meter, model) = (FlowMeter(), Model())
    var (uptime, come, left) = (Int64(0), Int64(0), Int64(0))
    for _ in 0..<300 {
      uptime += Int64.random(
        in: 0...(Bool.random(using: &generator) ? 1_500 : 30_000), using: &generator)
      come += Int64.random(in: 0...1_000, using: &generator)
      left = min(come, left + Int64.random(in: 0...1_000, using: &generator))
      let totals = FlowTotals(come: come, left: left)
      let flow = meter.look(totals, at: uptime)
      let expected = model.look(totals, at: uptime)
      #expect(flow?.in == expected?.in && flow?.out == expected?.out, "\(TestShare.again(seed))")
    }
  }

  @Test func `where an administrator puts a group back, nothing is known for a second`() {
    var meter = FlowMeter()
    let first = meter.look(FlowTotals(come: 100, left: 0), at: 0)
    let second = meter.look(FlowTotals(come: 100, left: 50), at: 5_000)
    let back = meter.look(FlowTotals(come: 100, left: 0, epoch: 1), at: 6_000)
    let after = meter.look(FlowTotals(come: 100, left: 30, epoch: 1), at: 8_000)
    #expect(first == nil && back == nil)
    #expect(second == ShareFlow(in: 0, out: 10))
    #expect(after == ShareFlow(in: 0, out: 15))
  }

  @Test(arguments: [
    (in: 0.0, out: 0.0, remaining: Int64(0), seconds: 0.0), (5, 0, 0, 0), (0, 0, 1, .infinity),
    (2, 2, 10, .infinity), (3, 2, 10, .infinity), (2, 4, 10, 5), (0, 0.5, 1, 2),
    (0.1 + 0.2, 0.3, 1_000, .infinity),
  ])
  func `S04: a forecast is the rest by what it shrinks by`(
    _ row: (in: Double, out: Double, remaining: Int64, seconds: Double)
  ) {
    #expect(ShareFlow(in: row.in, out: row.out).secondsToDrain(row.remaining) == row.seconds)
  }
}
