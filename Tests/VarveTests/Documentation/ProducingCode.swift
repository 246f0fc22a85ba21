import Foundation
import Testing
import Varve

// The code of the articles Getting started and Producing.

func gettingStarted(directory: String) async throws {
  // snippet
  let varve = try await Varve.open(directory)
  try await varve.createTopic("orders", partitions: 6, config: [.retention(.days(7))])
  // end
  // snippet
  let producer = try varve.producer()
  let receipt = try await producer.send("orders", key: "c-42", value: "2 apples")
  // end
  #expect(receipt.offset == 0)
  // snippet
  let consumer = try await varve.consumer(topics: ["orders"], from: .earliest)
  for try await batch in consumer.batches {
    for record in batch { print(record.offset, record.keyText ?? "", record.text ?? "") }
    if batch.lag == 0 { break }
  }
  // end
  // snippet
  try await varve.close()
  // end
}

func producing(_ varve: Varve) async throws {
  let producer = try varve.producer()
  // snippet
  for count in 1...10_000 {
    try await producer.enqueue("orders", key: "c-\(count % 100)", value: "\(count) apples")
  }
  try await producer.flush()
  // end
  // snippet
  try await producer.send("orders", partition: 3, value: "to partition 3")
  try await producer.send("orders", key: "c-42", value: nil as String?)
  try await producer.send(
    "orders", key: "c-42", value: "2 apples", headers: [Header("source", "shop")],
    timestamp: Timestamp(1_262_304_000_000))
  // end
}

func producerOptions(_ varve: Varve) async throws {
  // snippet
  var options = Producer.Options()
  options.linger = .milliseconds(5)
  options.compression = .gzip
  let producer = try varve.producer(options: options)
  // end
  try await producer.close()
}

// snippet
/// Codable values as JSON.
struct JSON: PayloadEncoder, PayloadDecoder {
  func bytes(of value: some Encodable) throws -> ByteSlice {
    ByteSlice(try JSONEncoder().encode(value))
  }

  func value<Value: Decodable>(_ type: Value.Type, from bytes: ByteSlice) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
// end

struct Order: Codable, Equatable {
  var apples: Int
}

func codable(_ producer: Producer, _ record: Record) async throws {
  // snippet
  try await producer.send("orders", key: "c-42", encoding: Order(apples: 2), with: JSON())
  let order = try record.decode(Order.self, with: JSON())
  // end
  #expect(order == Order(apples: 2))
}
