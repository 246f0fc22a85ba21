import Synchronization
import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

extension TimeLimitTrait.Duration {
  /// The end of a test that hangs, above what all suites take on a machine that is busy.
  static var hang: Self { .minutes(60) }
}

/// How a test has its log.
enum Door: CaseIterable, Sendable {
  case inProcess
  case overTheWire

  /// Runs a test with a log in memory, from one side or the other of Kafka's protocol.
  func with(
    on disk: any FileSystem = SimulatedFileSystem(seed: 1),
    _ body: (Varve) async throws -> Void
  ) async throws {
    let local = try Varve.inMemory(on: disk)
    switch self {
    case .inProcess: try await body(local)
    case .overTheWire:
      var options = Varve.ServeOptions()
      options.threads = 1
      let service = try await local.serve(port: 0, options: options)
      let remote = try await Varve.connect(to: service.address)
      try await body(remote)
      try await remote.close()
    }
    try await local.close()
  }
}

extension Varve {
  /// A log on a simulated disk, with small internal topics.
  static func inMemory(
    on disk: any FileSystem = SimulatedFileSystem(seed: 1), time: any TimeSource = SystemTime(),
    durability: String = "buffered"
  ) throws -> Varve {
    var options = Varve.Options()
    options.serverConfig = [
      "varve.durability": durability,
      "log.retention.ms": "-1", "log.segment.bytes": "1048576",
      "offsets.topic.num.partitions": "1", "offsets.topic.segment.bytes": "1048576",
      "transaction.state.log.num.partitions": "1",
      "transaction.state.log.segment.bytes": "1048576",
      "share.coordinator.state.topic.num.partitions": "1",
      "group.share.max.record.lock.duration.ms": "3600000",
      "share.coordinator.state.topic.segment.bytes": "1048576",
    ]
    return try Varve(directory: "data", options: options, on: disk, time: time)
  }

  /// What is committed in a topic's partition.
  func committed(_ topic: String, _ partition: Int32 = 0) async throws -> [Record] {
    var records: [Record] = []
    let history = replay(topic, partition: partition, isolation: .readCommitted)
    for try await element in history { records.append(element.record) }
    return records
  }
}

/// What a test has seen, and can wait for.
final class Seen<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  private let (arrivals, arrival) = AsyncStream.makeStream(of: Int.self)

  var all: [Element] { elements.withLock { $0 } }

  func add(_ element: Element) {
    let count = elements.withLock { elements in
      elements.append(element)
      return elements.count
    }
    arrival.yield(count)
  }

  /// Waits for a number of them. One task may wait.
  func reach(_ count: Int) async {
    guard all.count < count else { return }
    for await arrived in arrivals where arrived >= count { return }
  }
}

/// Runs what is expected to fail, and returns how.
func failure(_ body: () async throws(QueueError) -> Void) async -> QueueError? {
  do throws(QueueError) {
    try await body()
    return nil
  } catch { return error }
}
