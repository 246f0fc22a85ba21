import Testing
import VarveCoordination
import VarveTestKit

/// Oracle: the members' own view of what they have, as in a group of one protocol.
struct MixedSimulationTests {
  @Test func `G29, G30, G69: while a group changes its protocol, no partition has two owners`() {
    for seed in TestShare.seeds(20, long: 10_000) {
      let world = ClassicWorld.simulateMixed(seed)
      #expect(world.problem == nil)
      if world.problem != nil { return }
    }
  }

  @Test func `G69: a seed of members of both protocols has one trace`() {
    for seed in TestShare.seeds(2, long: 100) {
      let first = ClassicWorld.simulateMixed(seed).trace
      #expect(first == ClassicWorld.simulateMixed(seed).trace)
      #expect(first.contains("has"))
    }
  }

  @Test(.enabled(if: TestShare.isLong), arguments: ClassicWorld.Fault.allCases)
  func `G69: what is done wrong among members of both protocols is found`(
    _ fault: ClassicWorld.Fault
  ) {
    let found = (1...1_000).contains { seed in
      ClassicWorld.simulateMixed(UInt64(seed), fault: fault).problem != nil
    }
    #expect(found)
  }
}
