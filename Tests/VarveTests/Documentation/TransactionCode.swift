import Testing
import Varve

// The code of the article Transacting.

func transacting(_ varve: Varve) async throws {
  // snippet
  let transfers = try varve.transactions("transfers-1")
  try await transfers.run { transaction in
    try await transaction.send("accounts", key: "a", value: "-10")
    try await transaction.send("accounts", key: "b", value: "+10")
  }
  // end
}

func processing(
  _ varve: Varve, _ make: @Sendable (Record) throws -> String
) async throws {
  func invoice(for record: Record) throws -> String { try make(record) }
  // snippet
  let invoices = try varve.transactions("invoices-1")
  try await invoices.process(group: "invoicing", topics: ["orders"]) { batch, output in
    for record in batch {
      try await output.send("invoices", key: record.key, value: try invoice(for: record))
    }
  }
  // end
}

func lookingAtTransactions(_ varve: Varve) async throws {
  // snippet
  for transaction in try await varve.listTransactions() where transaction.state == "Ongoing" {
    let details = try await varve.describeTransaction(transaction.id)
    print(transaction.id, "is open in", details.partitions)
  }
  // end
}
