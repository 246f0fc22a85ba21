import Synchronization
import Testing
import Varve
import VarveBase
import VarveTestKit

/// A log with a topic `orders`, and a coordinator that does what the test says.
struct GroupUnderTest {
  let log: VarveUnderTest
  let groups: ModelGroups
  let producer: Producer

  var varve: Varve { log.varve }

  init(partitions: Int32 = 1) async throws {
    log = try VarveUnderTest()
    let topic = try await log.varve.createTopic("orders", partitions: partitions)
    groups = ModelGroups([topic])
    producer = try log.varve.producer()
  }

  func member(_ change: (inout GroupConsumer.Options) -> Void = { _ in }) throws -> GroupConsumer {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    change(&options)
    return try varve.consumer(group: "billing", topics: ["orders"], options: options, of: groups)
  }

  /// Sends numbered records to a partition, each a batch of its own.
  func send(_ values: Range<Int>, partition: Int32 = 0, key: String? = nil) async throws {
    for value in values {
      try await producer.send("orders", partition: partition, key: key, value: "\(value)")
    }
  }

  func partition(_ index: Int32 = 0) -> TopicPartition {
    TopicPartition(topic: topicName("orders"), partition: index)
  }
}

extension ConsumedBatch {
  var numbers: [Int] { compactMap { $0.text.flatMap { Int($0) } } }
}

/// What several tasks write down, for one that waits.
final class Notes<Note: Sendable>: Sendable {
  private let notes = Mutex<[Note]>([])
  private let (arrivals, arrival) = AsyncStream.makeStream(of: Int.self)

  var all: [Note] { notes.withLock { $0 } }

  func add(_ note: Note) {
    let count = notes.withLock { notes in
      notes.append(note)
      return notes.count
    }
    arrival.yield(count)
  }

  /// Waits for a number of notes. One task may wait.
  func reach(_ count: Int) async {
    guard all.count < count else { return }
    for await arrived in arrivals where arrived >= count { return }
  }
}
