import Varve
import VarveQueues

// The code of the article Patterns.

func tellingAndAsking(
  _ mails: WorkQueue<String>, _ payments: RequestClient<String, String>, patience: Duration,
  _ show: (String) -> Void
) async throws {
  // snippet
  // Waits for the log alone: whoever does the job may be down.
  let receipt = try await mails.enqueue("order 4711 was placed")
  show("stored at offset \(receipt.offset)")
  // Waits for whoever answers, and throws where the time is over.
  show(try await payments.reply(to: "4711", within: patience))
  // end
}

func ordering(_ producer: Producer, _ order: String) async throws {
  // snippet
  try await producer.send("orders", key: "c-42", value: order)
  // end
}

func packing(_ varve: Varve) async throws {
  // snippet
  let packing = try varve.transactions("packing-1")
  try await packing.process(group: "packing", topics: ["orders"]) { batch, output in
    for order in batch {
      try await output.send("packets", key: order.key, value: order.value)
    }
  }
  // end
}

func shipping(_ varve: Varve, _ ship: (Record) async throws -> Void) async throws {
  // snippet
  var options = GroupConsumer.Options()
  options.reading.isolation = .readCommitted
  let consumer = try await varve.consumer(
    group: "shipping", topics: ["packets"], options: options)
  for try await batch in consumer.batches {
    for packet in batch { try await ship(packet) }
  }
  // end
}

func keeping(_ varve: Varve, _ order: String) async throws {
  // snippet
  try await varve.createTopic("orders", config: [.durability(.group)])
  // On the disk for good once this returns: neither a crash nor a power loss takes it away.
  try await varve.producer().send("orders", value: order)
  // end
}

func scaling(
  _ images: WorkQueue<String>, workers count: Int,
  _ shrink: @escaping @Sendable (String) async throws -> Void
) async throws {
  // snippet
  try await withThrowingTaskGroup(of: Void.self) { workers in
    for _ in 0..<count {
      workers.addTask {
        try await images.work { image, _ in try await shrink(image) }
      }
    }
    try await workers.waitForAll()
  }
  // end
}

func takingShares(
  _ varve: Varve, _ send: (SharedRecord) async throws -> Void
) async throws {
  // snippet
  let consumer = try await varve.shareConsumer(group: "mailing", topics: ["mails"])
  while !Task.isCancelled {
    for mail in try await consumer.poll(recordsMax: 10) {
      try await send(mail)
      try await consumer.acknowledge(mail)
    }
  }
  // end
}
