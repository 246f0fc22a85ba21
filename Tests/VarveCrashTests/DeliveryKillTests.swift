import Foundation
import Testing
import Varve
import VarveTestKit

/// Goal: each delivery guarantee holds when the program, and the engine inside of it, are killed
/// with `kill -9`. Method: a process on the real disk is killed at seeded moments, again and again
/// on the same directory, with more input between two lives, and then ends. The oracle is the list
/// of what went in.
@Suite(.serialized, .timeLimit(.minutes(60))) struct DeliveryKillTests {
  @Test func `S11: killed, at most once never duplicates and loses what was in flight`()
    async throws
  {
    for seed in TestShare.seeds(1, long: 5) {
      let (count, kills) = try await Self.counted(.atMostOnce, seed, kills: 6)
      #expect(count.satisfies(.atMostOnce), "\(count), \(TestShare.again(seed))")
      #expect(count.losses <= kills * DeliveryInput.largestBatch, "\(TestShare.again(seed))")
    }
  }

  @Test func `S12: killed, at least once loses nothing and repeats what was in flight`()
    async throws
  {
    for seed in TestShare.seeds(1, long: 5) {
      let (count, kills) = try await Self.counted(.atLeastOnce, seed, kills: 6)
      #expect(count.satisfies(.atLeastOnce), "\(count), \(TestShare.again(seed))")
      #expect(count.duplicates <= kills * DeliveryInput.largestBatch, "\(TestShare.again(seed))")
    }
  }

  @Test func `S14: killed, effectively once: committed output is what went in, in order`()
    async throws
  {
    for seed in TestShare.seeds(1, long: 5) {
      let directory = try TemporaryDirectory()
      let kills = TestShare.count(20, long: 200)
      let input = try await Self.lives(directory.path, .effectivelyOnce, seed, kills: kills)
      let output = try await input.output(in: directory.path)
      #expect(output.values == input.wanted, "\(TestShare.again(seed))")
      #expect(output.stableOffsets == output.endOffsets, "\(TestShare.again(seed))")
    }
  }

  /// How often each record had its effect, in as many lives as there were kills and a last one.
  private static func counted(
    _ guarantee: DeliveryGuarantee, _ seed: UInt64, kills: Int
  ) async throws -> (DeliveryCount, kills: Int) {
    let directory = try TemporaryDirectory()
    let kills = TestShare.count(kills, long: 200)
    let input = try await lives(directory.path, guarantee, seed, kills: kills)
    let text = try String(contentsOfFile: effects(directory.path), encoding: .utf8)
    let deliveries = try text.split(separator: "\n").map { line in
      RecordID(rawValue: try #require(UInt64(line), "a torn effect: \(line)"))
    }
    let count = DeliveryCount(
      expected: input.numbers.joined().map { RecordID(rawValue: $0) }, deliveries: deliveries)
    return (count, kills)
  }

  private static func effects(_ directory: String) -> String { directory + "/effects" }

  /// Lets a program live until it is killed, so many times, and then to its end.
  private static func lives(
    _ directory: String, _ guarantee: DeliveryGuarantee, _ seed: UInt64, kills: Int
  ) async throws -> DeliveryInput {
    var random = SeededGenerator(seed: seed)
    var input = DeliveryInput()
    for life in 0...kills {
      let moment = life < kills ? moment(&random) : nil
      try await input.grow(in: directory + "/log", isLast: moment == nil, &random)
      if guarantee == .effectivelyOnce {
        let output = try await input.output(in: directory)
        let isPrefix = zip(input.wanted, output.values).allSatisfy { $0.starts(with: $1) }
        #expect(isPrefix, "before life \(life), \(TestShare.again(seed))")
      }
      try await DeliveringProcess.run(
        directory + "/log", guarantee, effects: effects(directory), until: moment)
    }
    return input
  }

  private static func moment(_ random: inout SeededGenerator) -> DeliveringProcess.Moment {
    if Int.random(in: 0..<5, using: &random) == 0 {
      return .early(Double.random(in: 0...0.02, using: &random))
    }
    return .batches(
      Int.random(in: 1...DeliveryInput.batchesPerLife, using: &random),
      then: Double.random(in: 0...0.003, using: &random))
  }
}
