import Varve
import VarveQueues

// The code of the article WorkQueues.

func workingOff(_ varve: Varve, _ send: @escaping @Sendable (String) async throws -> Void)
  async throws
{
  // snippet
  let mails = try await varve.workQueue("mails", jobs: .text)
  try await mails.enqueue("ada@example.org")
  try await mails.work(concurrency: 8) { mail, job in
    try await send(mail)
  }
  // end
}

func enqueueing(_ mails: WorkQueue<String>) async throws {
  // snippet
  var options = EnqueueOptions(priority: 9)
  options.delay = .seconds(60)
  options.timeToLive = .seconds(3600)
  options.messageID = "welcome-4711"
  try await mails.enqueue("ada@example.org", options: options)
  // end
}

func enqueueingOnce(_ mails: WorkQueue<String>, _ tell: (String) -> Void) async throws {
  // snippet
  let receipt = try await mails.enqueue(
    "ada@example.org", options: EnqueueOptions(messageID: "welcome-4711"))
  if receipt.isDuplicate { tell("was enqueued before, at \(receipt.offset)") }
  // end
}

func parking(
  _ mails: WorkQueue<String>, _ replies: [String: String],
  _ ask: @escaping @Sendable (String) async throws -> Void,
  _ file: @escaping @Sendable (String, String) async throws -> Void
) async throws {
  // snippet
  try await mails.work { mail, job in
    guard let reply = replies[mail] else {
      try await job.park("reply-to-\(mail)")
      return try await ask(mail)
    }
    try await file(mail, reply)
  }
  // end
}

func unparking(_ mails: WorkQueue<String>) async throws -> Int {
  // snippet
  let woken = try await mails.unpark("reply-to-ada@example.org")
  // end
  return woken
}

func redriving(_ varve: Varve, _ tell: (String) -> Void) async throws {
  // snippet
  let dead = varve.deadLetters("mails.dead")
  for letter in try await dead.list(max: 10) {
    tell("\(letter.originOffset ?? -1): \(letter.reason ?? "")")
  }
  try await dead.redrive()
  // end
}
