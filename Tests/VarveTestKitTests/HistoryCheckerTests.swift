import Testing
import Varve
import VarveTestKit

/// The checker is silent on what a plain model of a log did, and finds what is put into that.
@Suite struct HistoryCheckerTests {
  @Test func `G70: clean histories are found clean`() throws {
    var aborted = 0
    var unknown = 0
    var undecided = 0
    var handovers = 0
    for seed in TestShare.seeds(1000, long: 20_000) {
      let clean = try CleanHistory(seed: seed)
      let violations = clean.history.violations()
      if !violations.isEmpty {
        Issue.record("\(TestShare.again(seed)): \(violations)\n\(clean.history)")
      }
      for event in clean.history.events {
        switch event {
        case .ended(_, .aborted): aborted += 1
        case .ended(_, .unknown): undecided += 1
        case .unknown: unknown += 1
        case .gaveUp: handovers += 1
        default: break
        }
      }
    }
    #expect(min(aborted, unknown, undecided, handovers) > 0, "the histories are too plain")
  }

  @Test(arguments: PlantedFault.all)
  func `G70: a planted fault is found, and nothing else`(fault: PlantedFault) throws {
    let wanted = TestShare.count(200, long: 1000)
    var planted = 0
    for seed in TestShare.seeds(3 * wanted, long: 3 * wanted) where planted < wanted {
      let clean = try CleanHistory(seed: seed)
      var random = SeededGenerator(seed: seed ^ 0xFA17)
      guard let planting = fault.plant(clean, &random) else { continue }
      planted += 1
      let history = History(planting.events)
      let violations = history.violations()
      let kinds = Set(violations.map(\.kind))
      let isNamed = violations.contains { isFound(planting, fault, $0) }
      guard isNamed, kinds.subtracting(fault.implied) == [fault.kind] else {
        Issue.record("\(fault.name), \(TestShare.again(seed)): \(violations)\n\(history)")
        continue
      }
    }
    #expect(planted == wanted || planted == 1, "\(fault.name) fitted into \(planted) histories")
  }

  private func isFound(
    _ planting: PlantedFault.Planting, _ fault: PlantedFault, _ violation: HistoryViolation
  ) -> Bool {
    violation.kind == fault.kind
      && (planting.partition == nil || violation.partition == planting.partition)
      && (planting.records.isEmpty || !planting.records.isDisjoint(with: violation.records))
  }
}
