import Testing
import VarveCoordination
import VarveTestKit

/// Goal: no job is lost, none handled after its acknowledgement was stored, none early, none past
/// its time-to-live, and priorities hold. The oracle is a table of all records.
struct ShareSimulationTests {
  @Test func `S21, G42, G47, G69: a share group gives what a table of all records says`() {
    var (accepted, redelivered, woken) = (0, 0, 0)
    for seed in TestShare.seeds(60, long: 10_000) {
      let result = ShareSimulation.run(seed: seed, isQueue: false)
      accepted += result.accepted
      redelivered += result.redelivered
      woken += result.woken
      let isSilent = result.violations.isEmpty
      #expect(isSilent, "\(TestShare.again(seed)): \(result.violations)")
      if !isSilent { return }
    }
    #expect(accepted > 0)
    #expect(redelivered > 0)
    #expect(woken > 0)
  }

  @Test func `S23, S24, G47, G48, G69: a queue with delays, priorities, ends and ids does so too`()
  {
    var (accepted, woken, copies) = (0, 0, 0)
    for seed in TestShare.seeds(60, long: 10_000) {
      let result = ShareSimulation.run(seed: seed, isQueue: true)
      accepted += result.accepted
      woken += result.woken
      copies += result.copies
      let isSilent = result.violations.isEmpty
      #expect(isSilent, "\(TestShare.again(seed)): \(result.violations)")
      if !isSilent { return }
    }
    #expect(accepted > 0 && woken > 0 && copies > 0)
  }
}
