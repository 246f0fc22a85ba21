import Testing
import Varve
import VarveBase
import VarveTestKit

@Suite(.timeLimit(.hang)) struct ProducerFaultTests {
  /// Twenty tasks that send until they fail; their errors, and the receipts until then.
  private static func sendUntilFailure(
    _ producer: Producer
  ) async -> (receipts: [RecordReceipt], errors: [VarveError]) {
    await withTaskGroup(of: ([RecordReceipt], VarveError).self) { group in
      for _ in 0..<20 {
        group.addTask {
          var receipts: [RecordReceipt] = []
          while true {
            do throws(VarveError) {
              receipts.append(
                try await producer.send("orders", value: String(repeating: "x", count: 10_000)))
            } catch { return (receipts, error) }
          }
        }
      }
      return await group.reduce(into: ([], [])) {
        $0.0 += $1.0
        $0.1.append($1.1)
      }
    }
  }

  @Test("a full disk is told to every sender, and nothing acknowledged is lost")
  func diskFull() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let varve = try Varve(directory: "/data", on: disk)
    try await varve.createTopic("orders")
    var options = Producer.Options()
    options.linger = .milliseconds(1)
    let producer = try varve.producer(options: options)
    try await producer.send("orders", value: "first")
    disk.setCapacity(24 << 20)
    let (receipts, errors) = await Self.sendUntilFailure(producer)
    #expect(errors.count == 20 && errors.allSatisfy { $0.code == .diskFull && $0.isRetriable })
    #expect(errors.allSatisfy { $0.partition == nil || $0.partition == orders })
    #expect(
      try await varve.latestOffset(of: "orders", partition: 0) == Offset(Int64(receipts.count + 1)))
    // With space again it goes on.
    disk.setCapacity(.max)
    let receipt = try await producer.send("orders", value: "last")
    #expect(receipt.offset == Offset(Int64(receipts.count + 1)))
    #expect(try await varve.records("orders").count == receipts.count + 2)
    try await varve.close()
  }

  @Test("S06: at durability group a sync that fails is told to every sender that waits for it")
  func syncFails() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let varve = try Varve(directory: "/data", on: disk)
    try await varve.createTopic("orders", config: [.durability(.group)])
    let producer = try varve.producer()
    try await producer.send("orders", value: "synced")
    disk.fail { $0.path.hasSuffix(".log") && $0.kind == .sync ? .io : nil }
    let (receipts, errors) = await Self.sendUntilFailure(producer)
    #expect(receipts.isEmpty && errors.count == 20)
    #expect(errors.allSatisfy { $0.code == .storage && !$0.isRetriable })
    await #expect(throws: VarveError.self) { try await varve.close() }
  }

  @Test("S06: what was acknowledged at durability group survives a power loss", arguments: 1...20)
  func powerLoss(seed: UInt64) async throws {
    let disk = SimulatedFileSystem(seed: seed)
    var acknowledged: [String] = []
    do {
      let varve = try Varve(directory: "/data", on: disk)
      try await varve.createTopic("orders", config: [.durability(.group)])
      let producer = try varve.producer()
      disk.crash(at: disk.operationCount + Int(seed) * 3)
      for number in 0..<100 {
        guard (try? await producer.send("orders", value: "\(number)")) != nil else { break }
        acknowledged.append("\(number)")
      }
    }
    let varve = try Varve(directory: "/data", on: disk.afterPowerLoss())
    let found = try await varve.records("orders").compactMap(\.text)
    #expect(Array(found.prefix(acknowledged.count)) == acknowledged, "seed \(seed)")
    try await varve.close()
  }
}
