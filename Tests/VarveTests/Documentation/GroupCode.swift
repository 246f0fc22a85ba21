import Testing
import Varve

// The code of the article Consuming in groups.

func consumingInGroup(_ varve: Varve, bill: (Record) async throws -> Void) async throws {
  // snippet
  let consumer = try await varve.consumer(group: "billing", topics: ["orders"])
  for try await batch in consumer.batches {
    for record in batch { try await bill(record) }
    if batch.lag == 0 {
      try await consumer.commit(batch)
      break
    }
  }
  await consumer.close()
  // end
}

func groupOptions(_ varve: Varve) async throws {
  // snippet
  var options = GroupConsumer.Options()
  options.commit = .manual
  options.start = .latest
  options.instanceID = "billing-1"
  options.onRebalance = { consumer, event in
    if case .revoked(let partitions) = event { print("given up:", partitions) }
  }
  let consumer = try await varve.consumer(
    group: "billing", topics: .pattern("orders-.*"), options: options)
  // end
  await consumer.close()
}

func groupLanes(
  _ consumer: GroupConsumer, bill: @escaping @Sendable (Record) async throws -> Void
) async throws {
  // snippet
  try await consumer.process(lanes: 64) { record, partition in
    try await bill(record)
  }
  // end
}

func groupsAtRest(_ varve: Varve) async throws {
  // snippet
  let behind = try await varve.describeGroup("billing").lag
  let moves = try await varve.resetGroup("billing", to: .shift(-100), isDryRun: true)
  let forgotten = try await varve.deleteOffsets(of: "billing", topics: ["orders"])
  // end
  #expect(behind >= 0)
  #expect(!moves.isEmpty)
  #expect(!forgotten.isEmpty)
}
