import Testing
import VarveServer
import VarveTestKit

/// Goal: nobody can fill the log, and no line is lost without being counted. Method: random lines
/// against the number of those that were asked for.
@Suite struct LineLimitTests {
  private typealias Limit = LineLimit<Int>

  @Test func `ten lines of a kind are written in ten seconds, the others are counted`() {
    var limit = Limit()
    let written = (0..<25).map { _ in limit.admits(1, at: 0) }
    #expect(written == (0..<25).map { $0 < 10 })
    let other = limit.admits(2, at: Limit.spanNanoseconds - 1)
    #expect(other)
    let early = limit.takeOmissions(at: Limit.spanNanoseconds - 1)
    #expect(early.isEmpty)
    let told = limit.takeOmissions(at: Limit.spanNanoseconds)
    #expect(told == [Limit.Omission(kind: 1, count: 15)])
    let again = limit.admits(1, at: Limit.spanNanoseconds)
    #expect(again)
  }

  @Test func `lines of more kinds than are told apart are counted as one`() {
    var limit = Limit()
    let written = (0..<Limit.kindsMax + 7).filter { limit.admits($0, at: 0) }
    #expect(written == Array(0..<Limit.kindsMax))
    let told = limit.takeOmissions(at: .max)
    #expect(told == [Limit.Omission(kind: nil, count: 7)])
  }

  @Test("every line is written or counted", arguments: 1...20 as ClosedRange<UInt64>)
  func counted(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limit = Limit()
    var now: UInt64 = 0
    var (asked, written, omitted) = (0, 0, 0)
    for _ in 0..<5_000 {
      now += UInt64.random(in: 0...(Limit.spanNanoseconds / 100), using: &generator)
      omitted += limit.takeOmissions(at: now).reduce(0) { $0 + $1.count }
      asked += 1
      if limit.admits(Int.random(in: 0..<3, using: &generator), at: now) { written += 1 }
    }
    omitted += limit.takeOmissions(at: .max).reduce(0) { $0 + $1.count }
    #expect(written + omitted == asked)
    // Three kinds, ten lines in each of the spans.
    #expect(UInt64(written) <= 30 * (now / Limit.spanNanoseconds + 1))
  }
}
