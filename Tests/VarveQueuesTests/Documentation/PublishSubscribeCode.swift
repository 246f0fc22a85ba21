import Varve
import VarveQueues

// The code of the article PublishSubscribe.

func publishing(
  _ varve: Varve, to groups: [String],
  _ use: @escaping @Sendable (String, Record) async throws -> Void
) async throws {
  // snippet
  func subscribe(_ group: String, _ use: @escaping (Record) async throws -> Void) async throws {
    let consumer = try await varve.consumer(group: group, topics: ["orders"])
    for try await batch in consumer.batches {
      for record in batch { try await use(record) }
    }
  }
  // end
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    for group in groups {
      tasks.addTask { try await subscribe(group) { try await use(group, $0) } }
    }
    try await tasks.waitForAll()
  }
}

func sharing(
  _ varve: Varve, _ ship: @escaping @Sendable (Record) async throws -> Void
) async throws {
  // snippet
  let consumer = try await varve.consumer(group: "shipping", topics: ["orders"])
  try await consumer.process(lanes: 16) { record, _ in
    try await ship(record)
  }
  // end
}
