import Testing
import Varve
import VarveBase
import VarveTestKit

/// The three delivery guarantees, each under a crash at any step of the program or its disk.
@Suite(.timeLimit(.hang)) struct DeliveryCrashTests {
  /// How often each record had its effect, over a run that crashed and one that went on.
  struct Outcome {
    var lost: [String] = []
    var duplicated: [String] = []

    init(_ effects: [String]) {
      for number in Delivery.numbers {
        let count = effects.filter { $0 == number }.count
        if count == 0 { lost.append(number) }
        for _ in 1..<max(1, count) { duplicated.append(number) }
      }
    }
  }

  private static func crash(
    _ random: inout SeededGenerator, operations: Int
  ) -> Delivery.Crash {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: .beforeBody(Int.random(in: 0..<Delivery.recordCount, using: &random))
    case 1: .afterBody(Int.random(in: 0..<Delivery.recordCount, using: &random))
    default: .disk(operation: Int.random(in: 1...operations, using: &random))
    }
  }

  /// The number of a whole run's disk operations.
  private static func operations(
    _ guarantee: Delivery.Guarantee, losesPower: Bool
  ) async throws -> Int {
    let disk = try await Delivery.input(losesPower: losesPower, seed: 1)
    try await Delivery(guarantee: guarantee, losesPower: losesPower).run("end", on: disk)
    return disk.operationCount
  }

  /// Runs a program into a crash and then to its end. Returns its effects, and the disk.
  private static func delivered(
    _ guarantee: Delivery.Guarantee, seed: UInt64, operations: Int
  ) async throws -> (Outcome, SimulatedFileSystem) {
    var random = SeededGenerator(seed: seed)
    let losesPower = seed.isMultiple(of: 2)
    let disk = try await Delivery.input(losesPower: losesPower, seed: seed)
    let delivery = Delivery(guarantee: guarantee, losesPower: losesPower)
    let crash = crash(&random, operations: operations)
    try await delivery.run("first", on: disk, into: crash)
    let left = losesPower ? disk.afterPowerLoss() : disk.afterProcessCrash()
    try await delivery.run("second", on: left)
    return (Outcome(delivery.effects.all), left)
  }

  @Test func `S11: at most once loses what was in flight, and never duplicates`() async throws {
    let operations = try await Self.operations(.atMostOnce, losesPower: true)
    var lost = 0
    for seed in TestShare.seeds(40, long: 1_000) {
      let (outcome, _) = try await Self.delivered(.atMostOnce, seed: seed, operations: operations)
      #expect(outcome.duplicated == [], "\(TestShare.again(seed))")
      #expect(outcome.lost.count <= 1, "\(TestShare.again(seed))")
      lost += outcome.lost.count
    }
    #expect(lost > 0, "some crash comes between the commit and the body")
  }

  @Test func `S12: at least once loses nothing, and repeats what was not committed`() async throws {
    let operations = try await Self.operations(.atLeastOnce, losesPower: true)
    var duplicated = 0
    for seed in TestShare.seeds(40, long: 1_000) {
      let (outcome, _) = try await Self.delivered(.atLeastOnce, seed: seed, operations: operations)
      #expect(outcome.lost == [], "\(TestShare.again(seed))")
      #expect(outcome.duplicated.count <= 1, "\(TestShare.again(seed))")
      duplicated += outcome.duplicated.count
    }
    #expect(duplicated > 0, "some crash comes between the body and the commit")
  }

  @Test func `S14: effectively once, whatever crashes: the output is the input`() async throws {
    let operations = try await Self.operations(.effectivelyOnce, losesPower: true)
    for seed in TestShare.seeds(60, long: 1_000) {
      let (_, disk) = try await Self.delivered(
        .effectivelyOnce, seed: seed, operations: operations)
      let log = try await Delivery.open(disk, losesPower: false)
      let written = try await log.values()
      #expect(written == Self.wanted, "\(TestShare.again(seed))")
      for partition in Int32(0)..<2 {
        let client = try await log.varve.client("out", partition)
        let end = try await client.info().endOffset
        #expect(try await client.lastStableOffset() == end, "\(TestShare.again(seed))")
      }
      try await log.varve.close()
    }
  }

  private static let wanted = [
    Delivery.numbers.enumerated().filter { $0.offset % 2 == 0 }.map(\.element),
    Delivery.numbers.enumerated().filter { $0.offset % 2 == 1 }.map(\.element),
  ]
}
