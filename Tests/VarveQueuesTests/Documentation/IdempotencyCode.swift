import Varve
import VarveQueues

// The code of the article DoingThingsOnce, but for that of the databases.

func settingValues(_ varve: Varve) async throws {
  // snippet
  let stock = try await varve.store("stock", values: .text)
  try await stock.put("5", for: "apples")
  if let seen = try await stock.value(for: "apples") {
    try await stock.update("apples", to: "4", ifVersion: seen.version)
  }
  // end
}

func sendingWithIDs(_ producer: Producer) async throws {
  // snippet
  try await producer.send(
    "orders", key: "c-42", value: "2 apples",
    headers: [Header(QueueHeaders.messageID, "order-4711")])
  // end
}

func handlingOnce(_ varve: Varve) async throws {
  // snippet
  let charges = try varve.idempotentHandler("charges-1", group: "charging", topic: "orders")
  try await charges.run { order, output in
    try await output.send("charges", key: order.key, value: order.value)
  }
  // end
}

func keepingResponses(
  _ varve: Varve, _ charge: (String) async throws -> String
) async throws -> String {
  // snippet
  let payments = try await varve.storedResponses("payment-responses", responses: .text)
  let receipt = try await payments.response(to: "order-4711") {
    try await charge("order-4711")
  }
  // end
  return receipt
}
