import Varve
import VarveQueues

// The code of the article ChoosingADesign: whether to ask or to tell.

/// What is shown to who logs in while nobody can say whether they may.
struct LoginUnavailable: Error {}

func loggingIn(
  _ sessions: RequestClient<String, String>, _ session: String, patience: Duration
) async throws -> Bool {
  // snippet
  do {
    return try await sessions.reply(to: session, within: patience) == "valid"
  } catch let error where error.code == .deadlineExceeded {
    throw LoginUnavailable()
  }
  // end
}

func placing(
  _ order: String, _ orders: KeyedStore<String>, _ mails: WorkQueue<String>
) async throws {
  // snippet
  try await orders.put("placed", for: order)
  try await mails.enqueue(order, options: EnqueueOptions(messageID: "confirmation-\(order)"))
  // end
}

func authorising(
  _ cards: RequestClient<String, String>, _ order: String, patience: Duration
) async throws -> String {
  // snippet
  let answer = try await cards.reply(to: order, key: order, within: patience)
  // end
  return answer
}

func answeringAuthorisations(
  _ varve: Varve, _ authorise: @escaping @Sendable (String) async throws -> String
) async throws {
  // snippet
  let answers = try await varve.storedResponses("card-answers", responses: .text)
  try await varve.answer("cards", group: "cards", requests: .text, replies: .text) {
    (order: String, _) -> String in
    try await answers.response(to: order) { try await authorise(order) }
  }
  // end
}

func writingReports(
  _ reports: WorkQueue<String>, _ progress: KeyedStore<String>,
  _ write: @escaping @Sendable (Int) async throws -> Void
) async throws {
  // snippet
  try await reports.work { report, _ in
    for page in 1...5 {
      try await write(page)
      try await progress.put("\(page) of 5", for: report)
    }
  }
  // end
}

func askingForProgress(_ progress: KeyedStore<String>) async throws -> String {
  // snippet
  let pages = try await progress.value(for: "sales-2026")?.value ?? "not begun"
  // end
  return pages
}

func announcing(_ producer: Producer) async throws {
  // snippet
  try await producer.send("placed", key: "4711", value: "2 apples")
  // end
}

func hearing(
  _ varve: Varve, as service: String,
  _ handle: @escaping @Sendable (Record) async throws -> Void
) async throws {
  // snippet
  let consumer = try await varve.consumer(group: service, topics: ["placed"])
  try await consumer.process(lanes: 4) { order, _ in
    try await handle(order)
  }
  // end
}
