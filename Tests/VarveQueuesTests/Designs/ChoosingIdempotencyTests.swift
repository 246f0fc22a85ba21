import Synchronization
import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// The scenarios of the article ChoosingADesign about what may come twice: requests are made again,
/// programs are killed, and two write at once.
@Suite(.timeLimit(.hang)) struct ChoosingIdempotencyTests {
  @Test func `S25: a deposit that is sent three times, and handled into a crash, is added once`()
    async throws
  {
    try await afterKill { varve, kill in
      for topic in ["deposits", "balances"] { try await varve.createTopic(topic) }
      for _ in 0..<2 { try await varve.send(["+10"], key: "ada", id: "d-1", to: "deposits") }
      try await varve.send(["+5"], key: "ada", id: "d-2", to: "deposits")
      try await depositing(varve) { deposit in
        // What comes of the first one is sent by now.
        if deposit.text == "+5" { try await kill.now() }
        return deposit.text ?? ""
      }
    } then: { varve in
      try await varve.send(["+10"], key: "ada", id: "d-1", to: "deposits")
      try await varve.send(["+1"], key: "ada", id: "d-3", to: "deposits")
      try await run {
        try await depositing(varve) { $0.text ?? "" }
      } until: {
        try await varve.reach(3, in: "balances")
      }
      let added = try await varve.committed("balances").compactMap(\.text)
      #expect(added == ["+10", "+5", "+1"])
    }
  }

  @Test func `S25: an address that is set again after a crash is the same`() async throws {
    let confirmed = Seen<String>()
    try await afterKill { varve, kill in
      try await varve.createTopic("moves")
      try await varve.send(["1 Elm Street"], key: "ada", to: "moves")
      try await moving(varve) { move in
        confirmed.add(move.text ?? "")
        try await kill.now()
      }
    } then: { varve in
      try await varve.send(["2 Oak Street"], key: "grace", to: "moves")
      try await run {
        try await moving(varve) { confirmed.add($0.text ?? "") }
      } until: {
        await confirmed.reach(3)
      }
      #expect(confirmed.all == ["1 Elm Street", "1 Elm Street", "2 Oak Street"])
      let addresses = try await varve.store("addresses", values: .text).all().mapValues(\.value)
      #expect(addresses == ["ada": "1 Elm Street", "grace": "2 Oak Street"])
    }
  }

  @Test(arguments: Door.allCases)
  func `S25: of two who edit a document at once the second edits what the first has made of it`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      let documents = try await varve.store("documents", values: .text)
      try await documents.put("Minutes.", for: "minutes")
      let edited = Seen<String>()
      try await editing(documents, "minutes") { text in
        edited.add(text)
        if edited.all.count == 1 {
          // While the one still writes, the other is done.
          try await editing(documents, "minutes") { "\($0) Grace was here." }
        }
        return "\(text) Ada was here."
      }
      #expect(edited.all == ["Minutes.", "Minutes. Grace was here."])
      let text = try await documents.value(for: "minutes")?.value
      #expect(text == "Minutes. Grace was here. Ada was here.")
    }
  }

  @Test func `S25: a payment that is asked for again after a crash is charged once`() async throws {
    let time = ManualTime()
    @Sendable func payments(_ varve: Varve) async throws -> StoredResponses<String> {
      var options = ResponseOptions()
      options.time = time
      return try await varve.storedResponses("payments", responses: .text, options: options)
    }
    let bank = Bank()
    try await afterKill { varve, kill in
      _ = try await paying(try await payments(varve), "4711") { key in
        let receipt = bank.charge(key)
        try await kill.now()
        return receipt
      }
    } then: { varve in
      // Whoever is gone had so long to be done with it.
      time.advance(byMilliseconds: 61_000)
      for _ in 0..<2 {
        let receipt = try await paying(try await payments(varve), "4711") { bank.charge($0) }
        #expect(receipt == "receipt 1")
      }
      #expect(bank.calls.all == ["4711", "4711"], "the second one's response was kept")
      #expect(bank.receipts == ["4711": "receipt 1"])
    }
  }

  /// A service that knows a charge by its key.
  private final class Bank: Sendable {
    let calls = Seen<String>()
    private let known = Mutex<[String: String]>([:])

    var receipts: [String: String] { known.withLock { $0 } }

    func charge(_ key: String) -> String {
      calls.add(key)
      return known.withLock { known in
        let receipt = known[key] ?? "receipt \(known.count + 1)"
        known[key] = receipt
        return receipt
      }
    }
  }
}
