import Testing
import VarveTestKit

/// Oracle: the members' own view of what they have, and arithmetic for what must move.
struct GroupSimulationTests {
  @Test("G29, G30, G31, G69: no partition ever has two owners, at rest each has one")
  func schedules() {
    for seed in TestShare.seeds(20, long: 10_000) {
      var simulation = GroupSimulation(seed: seed)
      simulation.run()
      #expect(simulation.violations.isEmpty, "\(TestShare.again(seed))")
    }
  }

  @Test func `G69: a seed has one trace, and stores the same bytes`() {
    var traces: Set<String> = []
    let seeds = TestShare.seeds(3, long: 100)
    for seed in seeds {
      var (first, second) = (GroupSimulation(seed: seed), GroupSimulation(seed: seed))
      first.run()
      second.run()
      #expect(first.trace == second.trace, "\(TestShare.again(seed))")
      #expect(first.coordinator.storedBytes == second.coordinator.storedBytes)
      #expect(first.trace.utf8.count > 1_000)
      traces.insert(first.trace)
    }
    #expect(traces.count == seeds.count)
  }

  @Test(arguments: SimulatedCoordinator.Fault.allCases)
  func `G69: a faulty coordinator is found within a thousand seeds`(
    fault: SimulatedCoordinator.Fault
  ) {
    let seed = (UInt64(1)...1000).first { seed in
      var simulation = GroupSimulation(seed: seed, fault: fault)
      simulation.run()
      return !simulation.violations.isEmpty
    }
    #expect(seed != nil)
  }
}
