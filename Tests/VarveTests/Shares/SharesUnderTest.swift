import Synchronization
import Testing
import Varve
import VarveBase
import VarveTestKit

/// A log in memory whose clock stands still, with topic `jobs`, and a group `workers` that begins
/// with the first record.
struct SharesUnderTest {
  let varve: Varve
  /// Stands where clients' clocks are, which stamp records.
  let time = ManualTime(now: SystemTime().now)

  init(partitions: Int32 = 1, configs: [GroupConfig] = []) async throws {
    let local = try Varve(
      directory: "data", options: Self.options, on: SimulatedFileSystem(seed: 1), time: time)
    varve = try ServedLogs.current?.serve(local) ?? local
    try await varve.createTopic("jobs", partitions: partitions)
    try await varve.configureGroup("workers", [.begins(withFirstRecord: true)] + configs)
  }

  static var options: Varve.Options {
    var options = Varve.Options()
    options.serverConfig = [
      "log.retention.ms": "-1", "log.segment.bytes": "1048576",
      "offsets.topic.num.partitions": "1", "offsets.topic.segment.bytes": "1048576",
      "share.coordinator.state.topic.num.partitions": "1",
      "transaction.state.log.num.partitions": "1",
      "transaction.state.log.segment.bytes": "1048576",
    ]
    return options
  }

  /// Puts numbered records in, each a batch of its own, in the partitions in turn.
  func fill(_ numbers: Range<Int>, partitions: Int = 1) async throws {
    let producer = try varve.producer()
    for number in numbers {
      try await producer.send("jobs", partition: Int32(number % partitions), value: "\(number)")
    }
    try await producer.close()
  }

  /// A consumer whose polls wait for ever, as tests go.
  func consumer() async throws -> ShareConsumer {
    try await varve.shareConsumer(group: "workers", topics: ["jobs"], options: Self.patient)
  }

  static var patient: ShareConsumer.Options {
    var options = ShareConsumer.Options()
    options.pollTimeout = .seconds(3_600)
    return options
  }

  /// A consumer whose polls don't wait.
  func glance() async throws -> ShareConsumer {
    var options = ShareConsumer.Options()
    options.pollTimeout = .zero
    return try await varve.shareConsumer(group: "workers", topics: ["jobs"], options: options)
  }
}

extension ShareConsumer {
  /// Polls until there are so many records.
  func take(_ count: Int) async throws -> [SharedRecord] {
    var records: [SharedRecord] = []
    while records.count < count {
      records += try await poll(recordsMax: count - records.count)
    }
    return records
  }
}

extension Sequence<SharedRecord> {
  var texts: [String] { map { $0.record.text ?? "" } }
  var counts: [Int] { map(\.deliveryCount) }
}

/// How often each record was handled.
final class Handled: Sendable {
  private let texts = Mutex<[String: Int]>([:])

  var counts: [String: Int] { texts.withLock { $0 } }

  func add(_ records: [SharedRecord]) {
    texts.withLock { texts in
      for text in records.texts { texts[text, default: 0] += 1 }
    }
  }
}
