import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// Goal: commits that were acknowledged survive what their durability says, and the coordinator
/// loads whatever a crash left. Method: the same commits again and again, with the crash at each
/// operation of the disk in turn.
struct CommitCrashTests {
  /// Commits until the disk fails; returns the offsets that were acknowledged for each partition,
  /// and those that were asked for last.
  private func commits(
    _ disk: SimulatedFileSystem, durability: String
  ) async -> (acknowledged: [Int32: Offset], asked: [Int32: Offset]) {
    var acknowledged: [Int32: Offset] = [:]
    var asked: [Int32: Offset] = [:]
    guard let broker = try? Self.open(disk, durability) else { return (acknowledged, asked) }
    guard (try? broker.createTopic("orders", partitions: 3)) != nil else {
      return (acknowledged, asked)
    }
    for number in 1...12 {
      let offsets = [Int32(number % 2): Offset(Int64(number)), 2: Offset(Int64(100 + number))]
      asked.merge(offsets) { $1 }
      guard let errors = try? await BrokerGroupsTests.commit("g", "orders", offsets, in: broker),
        errors.allSatisfy({ $0 == .none })
      else { return (acknowledged, asked) }
      acknowledged.merge(offsets) { $1 }
    }
    try? broker.close()
    return (acknowledged, asked)
  }

  private static func open(_ disk: SimulatedFileSystem, _ durability: String) throws -> Broker {
    try BrokerGroupsTests.open(
      on: disk, partitions: 1, configs: ["varve.durability": durability])
  }

  @Test(
    "S12: no acknowledged commit is lost in a crash, at any operation of the disk",
    arguments: ["group", "buffered"])
  func everyCrashPoint(durability: String) async throws {
    for seed in TestShare.seeds(1, long: 10) {
      let rehearsal = SimulatedFileSystem(seed: seed)
      let all = await commits(rehearsal, durability: durability)
      try #require(all.acknowledged == all.asked && all.asked.count == 3)
      let step = TestShare.isLong ? 1 : 19
      for operation in stride(from: 1, through: rehearsal.operationCount, by: step) {
        let disk = SimulatedFileSystem(seed: seed)
        disk.crash(at: operation)
        let (acknowledged, asked) = await commits(disk, durability: durability)
        let what: Comment = "crash at operation \(operation), \(TestShare.again(seed))"
        let after = durability == "group" ? disk.afterPowerLoss() : disk.afterProcessCrash()
        let broker = try Self.open(after, durability)
        let found = await BrokerGroupsTests.fetch("g", in: broker)
        for (partition, offset) in acknowledged {
          #expect(found[partition] == offset || found[partition] == asked[partition], what)
        }
        // One append is all or nothing.
        #expect(found == acknowledged || found == asked, what)
        // And it goes on from there.
        if broker.topics().contains(where: { $0.name.description == "orders" }) {
          let errors = try await BrokerGroupsTests.commit("g", "orders", [0: 999], in: broker)
          #expect(errors == [.none], what)
        }
        try broker.close()
      }
    }
  }

  @Test func `commits on a full disk are refused, and go on once there is room`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let broker = try Self.open(disk, "buffered")
    _ = try broker.createTopic("orders")
    disk.fail { $0.kind == .allocate ? .noSpace : nil }
    var refused: CoordinatorError?
    var last = Offset(0)
    for number in 1..<100_000 where refused == nil {
      do throws(CoordinatorError) {
        _ = try await BrokerGroupsTests.commit(
          "g", "orders", [0: Offset(Int64(number))], in: broker)
        last = Offset(Int64(number))
      } catch { refused = error }
    }
    #expect(refused?.code == .coordinatorNotAvailable)
    #expect(await BrokerGroupsTests.fetch("g", in: broker)[0] == (last == 0 ? nil : last))
    disk.fail(where: nil)
    #expect(try await BrokerGroupsTests.commit("g", "orders", [0: 7], in: broker) == [.none])
    #expect(await BrokerGroupsTests.fetch("g", in: broker) == [0: 7])
    try broker.close()
  }
}
