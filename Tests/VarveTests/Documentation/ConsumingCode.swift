import Foundation
import Testing
import Varve

// The code of the articles Consuming, Replay, Errors and Operating.

func consuming(_ varve: Varve, handle: (Record) async throws -> Void) async throws {
  // snippet
  let consumer = try await varve.consumer(topics: ["orders"], from: .earliest)
  for try await batch in consumer.batches {
    for record in batch { try await handle(record) }
    if batch.lag == 0 { break }
  }
  // end
}

func steering(_ varve: Varve) async throws {
  // snippet
  let partition = TopicPartition(topic: try TopicName("orders"), partition: 0)
  let consumer = try await varve.consumer(partitions: [partition], from: .latest)
  try await consumer.seek("orders", partition: 0, to: .offset(0))
  try consumer.pause("orders", partition: 0)
  try consumer.resume("orders", partition: 0)
  let behind = try await consumer.lag(of: "orders", partition: 0)
  // end
  #expect(behind >= 0)
}

func consumerOptions(_ varve: Varve) async throws {
  // snippet
  var options = Consumer.Options()
  options.isolation = .readCommitted
  options.outOfRange = .earliest
  let consumer = try await varve.consumer(topics: ["orders"], options: options)
  // end
  consumer.close()
}

func synchronousReading(_ varve: Varve) async throws -> Int {
  // snippet
  var byteCount = 0
  var reader = try await varve.reader("orders", partition: 0, from: .earliest)
  while let batch = try reader.next() {
    batch.forEachRecord { record in byteCount += record.value?.byteCount ?? 0 }
  }
  // end
  return byteCount
}

func replaying(_ varve: Varve, from start: Timestamp, to end: Timestamp) async throws -> Int {
  var count = 0
  // snippet
  let history = varve.replay(
    "orders", from: .timestamp(start), to: .timestamp(end), pace: .recorded(speed: 1000))
  for try await event in history {
    print(event.partition, event.record.timestamp, event.record.text ?? "")
  }
  // end
  for try await _ in varve.replay("orders", from: .timestamp(start), to: .timestamp(end)) {
    count += 1
  }
  return count
}

func looking(_ varve: Varve, noon: Timestamp) async throws {
  // snippet
  let first = try await varve.earliestOffset(of: "orders", partition: 0)
  let end = try await varve.latestOffset(of: "orders", partition: 0)
  let atNoon = try await varve.offset(of: "orders", partition: 0, at: noon)
  // end
  #expect(first <= end && atNoon ?? end <= end)
}

func errors(_ varve: Varve) async throws {
  // snippet
  do {
    try await varve.createTopic("orders", partitions: 6)
  } catch  where error.code == .topicAlreadyExists {
    // It is there: fine.
  }
  // end
}

func operating(directory: String) async throws {
  // snippet
  var options = Varve.Options()
  options.serverConfig = ["log.retention.hours": "72", "varve.durability": "group"]
  options.logger = Logger(label: "orders", level: .warning) { entry in
    FileHandle.standardError.write(Data("\(entry.message)\n".utf8))
  }
  let varve = try await Varve.open(directory, options: options)
  // end
  // snippet
  try await varve.createTopic(
    "payments", partitions: 3, config: [.durability(.group), .retentionForever])
  try await varve.createTopic("customers", config: [.cleanupPolicy(.compact)])
  try await varve.createTopic("measurements", config: [.coldCompression, .segmentAge(.hours(1))])
  try await varve.alterTopic("payments", set: [TopicConfig("flush.messages", "1000")])
  // end
  // snippet
  let details = try await varve.describeTopic("payments")
  for partition in details.partitions {
    print(partition.id, partition.startOffset, partition.endOffset, partition.sizeInBytes)
  }
  // end
  try await varve.close()
}
