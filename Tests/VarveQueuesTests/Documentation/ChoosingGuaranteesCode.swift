import Varve
import VarveQueues

// The code of the article ChoosingADesign: which guarantee.

func showing(_ varve: Varve, _ show: (String) async throws -> Void) async throws {
  // snippet
  var options = GroupConsumer.Options()
  options.commit = .beforeProcessing
  let gauge = try await varve.consumer(group: "display", topics: ["gauge"], options: options)
  for try await batch in gauge.batches {
    for sample in batch { try await show(sample.text ?? "") }
  }
  // end
}

func indexing(
  _ varve: Varve, _ index: (_ key: String, _ text: String?) async throws -> Void
) async throws {
  // snippet
  let products = try await varve.consumer(group: "search", topics: ["products"])
  for try await batch in products.batches {
    for product in batch { try await index(product.keyText ?? "", product.text) }
  }
  // end
}

/// What is in a record of the topic `transfers`.
struct Transfer {
  let from: String
  let to: String
  let amount: Int
}

func booking(
  _ varve: Varve, _ read: (Record) async throws -> Transfer
) async throws {
  // snippet
  let booking = try varve.transactions("booking-1")
  try await booking.process(group: "booking", topics: ["transfers"]) { batch, output in
    for record in batch {
      let transfer = try await read(record)
      try await output.send("accounts", key: transfer.from, value: "-\(transfer.amount)")
      try await output.send("accounts", key: transfer.to, value: "+\(transfer.amount)")
    }
  }
  // end
}

func calling(
  _ hooks: WorkQueue<String>,
  _ post: @escaping @Sendable (_ body: String, _ id: String) async throws -> Void
) async throws {
  // snippet
  try await hooks.work { hook, job in
    let id = job.record.record.header(QueueHeaders.messageID)
    try await post(hook, id?.description ?? "")
  }
  // end
}

func hooking(_ hooks: WorkQueue<String>) async throws {
  // snippet
  try await hooks.enqueue("4711 is paid", options: EnqueueOptions(messageID: "paid-4711"))
  // end
}

func counting(
  _ varve: Varve, _ page: (Record) async throws -> String
) async throws {
  // snippet
  let counting = try varve.transactions("counting-1")
  try await counting.process(group: "counting", topics: ["clicks"]) { batch, output in
    for click in batch {
      try await output.send("counts", key: try await page(click), value: "+1")
    }
  }
  // end
}
