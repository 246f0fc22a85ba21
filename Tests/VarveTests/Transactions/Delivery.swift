import Varve
import VarveBase
import VarveTestKit

/// A program that goes through the records of topic `in` with one of the delivery guarantees, and
/// may be stopped by a crash at any step: of its disk, or of its own.
struct Delivery {
  enum Guarantee: CaseIterable {
    case atMostOnce, atLeastOnce, effectivelyOnce
  }

  /// Where the program ends before its time.
  enum Crash {
    case disk(operation: Int)
    case beforeBody(Int)
    case afterBody(Int)
  }

  /// What the program did to the outside world, which no crash undoes.
  let effects = Notes<String>()
  let guarantee: Guarantee
  let losesPower: Bool

  static let recordCount = 12

  static var numbers: [String] { (0..<recordCount).map { "\($0)" } }

  /// A disk with the records to go through.
  static func input(losesPower: Bool, seed: UInt64) async throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: seed)
    let log = try await open(disk, losesPower: losesPower)
    try await log.fill(0..<recordCount)
    try await log.varve.close()
    return disk.afterProcessCrash()
  }

  static func open(
    _ disk: SimulatedFileSystem, losesPower: Bool
  ) async throws -> TransactionsUnderTest {
    try await TransactionsUnderTest(on: disk, durability: losesPower ? "group" : "buffered")
  }

  /// Runs into a crash, which ends the program as it ends the disk.
  func run(_ name: String, on disk: SimulatedFileSystem, into crash: Crash) async throws {
    if case .disk(let operation) = crash { disk.crash(at: operation) }
    let program = Task { try await run(name, on: disk, until: crash) }
    disk.whenCrashed { program.cancel() }
    // It may have come meanwhile.
    if disk.hasCrashed { program.cancel() }
    do { try await program.value } catch is Program.Crashed {
    } catch {
      // What a disk that is gone says.
      guard disk.hasCrashed else { throw error }
    }
  }

  /// Runs until all is processed, or the crash. A run is named so that its ends are known from
  /// those of others.
  func run(_ name: String, on disk: SimulatedFileSystem, until crash: Crash? = nil) async throws {
    let log = try await Self.open(disk, losesPower: losesPower)
    var hasEnded = false
    do {
      try await sendEnds(name, log.varve)
      let program = Program(name, effects, crash)
      switch guarantee {
      case .atMostOnce: try await consume(log.varve, .beforeProcessing, program)
      case .atLeastOnce: try await consume(log.varve, .afterProcessing, program)
      case .effectivelyOnce: try await process(log.varve, program)
      }
      hasEnded = true
    } catch is Program.End { hasEnded = true }
    // A crash leaves no time to close.
    if hasEnded { try await log.varve.close() }
  }

  private func sendEnds(_ name: String, _ varve: Varve) async throws {
    let producer = try varve.producer()
    for partition in Int32(0)..<2 {
      try await producer.send("in", partition: partition, value: name)
    }
  }

  private static var options: GroupConsumer.Options {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    return options
  }

  private func consume(_ varve: Varve, _ mode: CommitMode, _ program: Program) async throws {
    var options = Self.options
    options.commit = mode
    let consumer = try await varve.consumer(group: "group", topics: ["in"], options: options)
    for try await batch in consumer.batches {
      try program.body(batch) { effects.add($0) }
    }
  }

  private func process(_ varve: Varve, _ program: Program) async throws {
    try await varve.transactions("program").process(
      group: "group", topics: ["in"], options: Self.options
    ) { batch, output in
      var values: [String] = []
      try program.body(batch) { values.append($0) }
      for value in values {
        try await output.send("out", partition: batch.partition, value: value)
      }
    }
  }
}

/// The body of the loop, and where it stops.
final class Program: Sendable {
  struct Crashed: Error {}
  /// The run's last records were seen, so that all before them are done.
  struct End: Error {}

  private let name: String
  private let crash: Delivery.Crash?
  private let seen = Notes<String>()

  init(_ name: String, _ effects: Notes<String>, _ crash: Delivery.Crash?) {
    self.name = name
    self.crash = crash
  }

  func body(_ batch: ConsumedBatch, _ effect: (String) -> Void) throws {
    let count = seen.all.count
    if case .beforeBody(count) = crash { throw Crashed() }
    for record in batch {
      let text = record.text ?? ""
      seen.add(text)
      if Int(text) != nil { effect(text) }
    }
    if case .afterBody(count) = crash { throw Crashed() }
    if seen.all.filter({ $0 == name }).count == 2 { throw End() }
  }
}
