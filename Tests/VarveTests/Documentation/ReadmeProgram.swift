import Varve

/// README's program, which `DocumentationTests` compares with this and runs.
func readmeProgram(directory: String) async throws {
  // snippet
  let varve = try await Varve.open(directory)
  try await varve.createTopic(
    "orders", partitions: 6, config: [.retention(.days(7)), .compression(.gzip)])

  let producer = try varve.producer()
  let receipt = try await producer.send("orders", key: "c-42", value: "2 apples")
  print("stored in \(receipt.partition) at offset \(receipt.offset)")

  let consumer = try await varve.consumer(topics: ["orders"], from: .earliest)
  for try await batch in consumer.batches {
    for record in batch { print(record.offset, record.keyText ?? "", record.text ?? "") }
    if batch.lag == 0 { break }
  }

  let history = varve.replay("orders", from: .earliest, pace: .recorded(speed: 10))
  for try await event in history { print(event.record.timestamp, event.partition) }
  try await varve.close()
  // end
}
