import Testing
import VarveBase
import VarveTestKit

@Suite struct ManualTimeTests {
  @Test func `both clocks move together and the wall clock alone jumps`() {
    let time = ManualTime(now: Timestamp(1000))
    time.advance(byMilliseconds: 250)
    #expect(time.now == Timestamp(1250))
    #expect(time.monotonicNanoseconds == 250_000_000)
    time.setWallClock(Timestamp(5))
    #expect(time.now == Timestamp(5))
    #expect(time.monotonicNanoseconds == 250_000_000)
  }
}
