import Testing
import VarveTestKit

/// Goal: whatever goes wrong, the output is all or nothing, nothing aborted is seen, replaced
/// instances are shut out, and what was told committed is. The oracle is the history checker, and
/// that each input record has exactly one committed output record.
struct TransactionSimulationTests {
  @Test func `G37, G38, G69: clients and coordinators crash at every step`() {
    var committed: Int64 = 0
    for seed in TestShare.seeds(15, long: 10_000) {
      let result = TransactionSimulation.run(seed: seed)
      committed += result.committed
      #expect(result.violations.isEmpty, "\(TestShare.again(seed))")
      if !result.violations.isEmpty { return }
    }
    #expect(committed > 0)
  }

  @Test func `G69: a seed leaves the same trace twice, and another one does not`() {
    let first = TransactionSimulation.run(seed: 7).trace
    #expect(first.bytes.count > 1_000)
    #expect(TransactionSimulation.run(seed: 7).trace.firstDifference(from: first) == nil)
    #expect(TransactionSimulation.run(seed: 8).trace != first)
  }

  @Test(arguments: SimulatedCluster.Fault.allCases)
  func `G69: a planted fault is found in fewer than 1,000 seeds`(fault: SimulatedCluster.Fault) {
    let found = (1...999).first { seed in
      !TransactionSimulation.run(seed: UInt64(seed), fault: fault).violations.isEmpty
    }
    #expect(found != nil, "\(fault)")
  }
}
