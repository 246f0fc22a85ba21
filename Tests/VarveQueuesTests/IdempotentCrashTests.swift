import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// A handler of messages that were sent twice, under a crash at any step of its disk.
@Suite(.timeLimit(.hang)) struct IdempotentCrashTests {
  private struct End: Error {}

  private static let messages = (0..<6).map { "\($0)" }

  private static func open(_ disk: SimulatedFileSystem) throws -> Varve {
    try Varve.inMemory(on: disk, durability: "group")
  }

  /// A disk with messages of which each comes twice.
  private static func input(seed: UInt64) async throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: seed)
    let varve = try open(disk)
    for topic in ["in", "out"] { try await varve.createTopic(topic) }
    let producer = try varve.producer()
    var random = SeededGenerator(seed: seed)
    for message in (messages + messages).shuffled(using: &random) {
      try await producer.send("in", value: message, headers: [Header("varve.message.id", message)])
    }
    try await varve.close()
    return disk.afterProcessCrash()
  }

  /// Handles messages until the end that it sends itself.
  private static func run(_ end: String, on disk: SimulatedFileSystem) async throws {
    let varve = try open(disk)
    try await varve.producer().send("in", value: end)
    var options = IdempotentHandler.Options()
    options.consumer.reading.batchBytes = 1
    let handler = try varve.idempotentHandler(
      "copier", group: "copiers", topic: "in", options: options)
    do {
      try await handler.run { record, output in
        if record.text == end { throw End() }
        guard record.header("varve.message.id") != nil else { return }
        try await output.send("out", value: record.value)
      }
    } catch is End {
      try await varve.close()
    }
  }

  /// Runs into a crash of the disk, which ends the program.
  private static func run(
    _ end: String, on disk: SimulatedFileSystem, crashingAt operation: Int
  ) async throws {
    disk.crash(at: operation)
    let program = Task { try await run(end, on: disk) }
    disk.whenCrashed { program.cancel() }
    if disk.hasCrashed { program.cancel() }
    do { try await program.value } catch {
      // What a disk that is gone says.
      guard disk.hasCrashed else { throw error }
    }
  }

  @Test func `S13: whatever crashes, each message has its outcome once`() async throws {
    let whole = try await Self.input(seed: 1)
    try await Self.run("end", on: whole)
    let operations = whole.operationCount
    for seed in TestShare.seeds(25, long: 1_000) {
      var random = SeededGenerator(seed: seed)
      let disk = try await Self.input(seed: seed)
      try await Self.run(
        "first", on: disk, crashingAt: Int.random(in: 1...operations, using: &random))
      let left = disk.afterPowerLoss()
      try await Self.run("second", on: left)
      let varve = try Self.open(left.afterProcessCrash())
      let outcome = try await varve.committed("out").map { $0.text ?? "" }.sorted()
      #expect(outcome == Self.messages, "\(TestShare.again(seed))")
      try await varve.close()
    }
  }
}
