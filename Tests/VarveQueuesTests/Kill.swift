import Synchronization
import Testing
import Varve
import VarveTestKit

/// The end of a program that is killed: nothing that it does afterwards counts.
final class Kill: Sendable {
  private let disk: SimulatedFileSystem
  private let leaving = Mutex<SimulatedFileSystem?>(nil)
  private let grave = Gate()

  init(of disk: SimulatedFileSystem) { self.disk = disk }

  /// Kills the program here: the one that is started next finds what is on the disk now.
  func now() async throws {
    let left = disk.afterProcessCrash()
    leaving.withLock { $0 = left }
    await grave.pass()
    throw CancellationError()
  }

  func come() async { await grave.wait(for: 1) }

  var left: SimulatedFileSystem? { leaving.withLock { $0 } }
}

/// Runs a program until it is killed, and then another one with what the first left on the disk.
func afterKill(
  of first: @escaping @Sendable (Varve, Kill) async throws -> Void,
  then second: (Varve) async throws -> Void
) async throws {
  let disk = SimulatedFileSystem(seed: 25)
  let varve = try Varve.inMemory(on: disk)
  let kill = Kill(of: disk)
  try await run {
    try await first(varve, kill)
  } until: {
    await kill.come()
  }
  try await varve.close()
  let again = try Varve.inMemory(on: try #require(kill.left))
  try await second(again)
  try await again.close()
}

/// Runs a program that goes on for ever, until something has come of it.
func run(
  _ program: @escaping @Sendable () async throws -> Void,
  until isReached: @escaping @Sendable () async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Bool.self) { tasks in
    tasks.addTask {
      try await program()
      return false
    }
    tasks.addTask {
      try await isReached()
      return true
    }
    let wasReached = try await tasks.next()
    tasks.cancelAll()
    // The program says that it was cancelled.
    while await tasks.nextResult() != nil {}
    #expect(wasReached == true, "the program ended by itself")
  }
}

extension Varve {
  /// Sends records, each to be read by itself.
  func send(_ values: [String], key: String? = nil, id: String? = nil, to topic: String)
    async throws
  {
    let producer = try producer()
    for value in values {
      try await producer.send(
        topic, key: key, value: value, headers: id.map { [Header("varve.message.id", $0)] } ?? [])
    }
    try await producer.close()
  }

  /// Waits until so many records of a topic are committed.
  func reach(_ count: Int, in topic: String) async throws {
    var options = Consumer.Options()
    options.isolation = .readCommitted
    let consumer = try await consumer(topics: [topic], from: .earliest, options: options)
    defer { consumer.close() }
    var seen = 0
    while seen < count, let batch = try await consumer.next() { seen += batch.count }
  }
}
