import Testing
import VarveCoordination
import VarveTestKit

/// Goal: no job is lost, none handled after its acknowledgement was stored, none early, none past
/// its time-to-live, and priorities hold. The oracle is a table of all records.
struct ShareSimulationTests {
  @Test func `S21, G42, G69: a share group gives what a table of all records says`() {
    var (accepted, redelivered) = (0, 0)
    for seed in TestShare.seeds(60, long: 10_000) {
      let result = ShareSimulation.run(seed: seed, isQueue: false)
      accepted += result.accepted
      redelivered += result.redelivered
      let isSilent = result.violations.isEmpty
      #expect(isSilent, "\(TestShare.again(seed)): \(result.violations)")
      if !isSilent { return }
    }
    #expect(accepted > 0)
    #expect(redelivered > 0)
  }

  @Test func `S23, S24, G69: a queue with delays, priorities and ends does so too`() {
    var accepted = 0
    for seed in TestShare.seeds(60, long: 10_000) {
      let result = ShareSimulation.run(seed: seed, isQueue: true)
      accepted += result.accepted
      let isSilent = result.violations.isEmpty
      #expect(isSilent, "\(TestShare.again(seed)): \(result.violations)")
      if !isSilent { return }
    }
    #expect(accepted > 0)
  }
}
