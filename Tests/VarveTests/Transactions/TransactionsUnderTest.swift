import Varve
import VarveBase
import VarveTestKit

/// A log in memory with topics `in` and `out`, of two partitions each.
struct TransactionsUnderTest {
  let varve: Varve

  init(
    on disk: any FileSystem = SimulatedFileSystem(seed: 1), time: any TimeSource = SystemTime(),
    durability: String = "buffered"
  ) async throws {
    var options = Varve.Options()
    options.serverConfig = [
      "varve.durability": durability,
      "log.retention.ms": "-1", "log.segment.bytes": "1048576",
      "offsets.topic.num.partitions": "1", "offsets.topic.segment.bytes": "1048576",
      "transaction.state.log.num.partitions": "1",
      "transaction.state.log.segment.bytes": "1048576",
    ]
    let local = try Varve(directory: "data", options: options, on: disk, time: time)
    varve = try ServedLogs.current?.serve(local) ?? local
    let known = try await varve.topics().map(\.name.description)
    for topic in ["in", "out"] where !known.contains(topic) {
      try await varve.createTopic(topic, partitions: 2)
    }
  }

  /// The values of a topic, by partition, as a reader sees them.
  func values(
    _ topic: String = "out", _ isolation: Isolation = .readCommitted
  ) async throws -> [[String]] {
    var values: [[String]] = []
    for partition in Int32(0)..<2 {
      let client = try await varve.client(topic, partition)
      var found: [String] = []
      var offset = try await varve.earliestOffset(of: topic, partition: partition)
      let end =
        isolation == .readCommitted
        ? try await client.lastStableOffset() : try await client.info().endOffset
      while offset < end {
        let slice = try await client.fetch(from: offset, maxBytes: 1, isolation: isolation)
        let batch = try ConsumedBatch(
          slice, of: client.id, ConsumedBatch.Filter(from: offset, isolation: isolation))
        found += batch.map { $0.text ?? "null" }
        offset = batch.nextOffset
      }
      values.append(found)
    }
    return values
  }

  /// Puts numbered records into both partitions of `in` in turn.
  func fill(_ numbers: Range<Int>) async throws {
    let producer = try varve.producer()
    for number in numbers {
      try await producer.send("in", partition: Int32(number % 2), value: "\(number)")
    }
    try await producer.close()
  }

  /// Waits until as many records of `out` count.
  func reach(_ count: Int) async throws {
    var options = Consumer.Options()
    options.isolation = .readCommitted
    let consumer = try await varve.consumer(topics: ["out"], from: .earliest, options: options)
    var seen = 0
    while seen < count, let batch = try await consumer.next() { seen += batch.count }
    consumer.close()
  }
}

struct Refusal: Error, Equatable {}
