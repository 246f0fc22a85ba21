import Varve
import VarveQueues

// The code of the article ChoosingADesign: what may come twice.

func depositing(
  _ varve: Varve, _ amount: (Record) async throws -> String
) async throws {
  // snippet
  let deposits = try varve.idempotentHandler("deposits-1", group: "deposits", topic: "deposits")
  try await deposits.run { deposit, output in
    try await output.send("balances", key: deposit.key, value: try await amount(deposit))
  }
  // end
}

func moving(_ varve: Varve, _ confirm: (Record) async throws -> Void) async throws {
  // snippet
  let addresses = try await varve.store("addresses", values: .text)
  let moves = try await varve.consumer(group: "addresses", topics: ["moves"])
  for try await batch in moves.batches {
    for move in batch {
      try await addresses.put(move.text ?? "", for: move.keyText ?? "")
      try await confirm(move)
    }
  }
  // end
}

func editing(
  _ documents: KeyedStore<String>, _ name: String,
  _ edit: (String) async throws -> String
) async throws {
  // snippet
  while let seen = try await documents.value(for: name) {
    do {
      let edited = try await edit(seen.value)
      try await documents.update(name, to: edited, ifVersion: seen.version)
      return
    } catch let error as QueueError where error.code == .versionConflict {
      // Somebody was faster: edit what is there now.
    }
  }
  // end
}

func paying(
  _ payments: StoredResponses<String>, _ order: String,
  _ charge: (String) async throws -> String
) async throws -> String {
  // snippet
  let receipt = try await payments.response(to: order) {
    try await charge(order)
  }
  // end
  return receipt
}
