import Synchronization
import Testing
import Varve
import VarveQueues
import VarveTestKit

/// The scenarios of the article ChoosingADesign about guarantees: each program is killed between
/// what it does and what it commits.
@Suite(.timeLimit(.hang)) struct ChoosingGuaranteesTests {
  @Test func `S25: of a gauge's samples the one at hand is lost in a crash, and none comes twice`()
    async throws
  {
    let shown = Seen<String>()
    try await afterKill { varve, kill in
      try await varve.createTopic("gauge")
      try await run {
        try await showing(varve) { sample in
          if sample == "2" { try await kill.now() }
          shown.add(sample)
        }
      } until: {
        for sample in 0..<2 {
          try await varve.send(["\(sample)"], to: "gauge")
          await shown.reach(sample + 1)
        }
        try await varve.send(["2"], to: "gauge")
        // Until it is killed.
        await Gate().pass()
      }
    } then: { varve in
      try await varve.send(["3", "4"], to: "gauge")
      try await run {
        try await showing(varve) { shown.add($0) }
      } until: {
        await shown.reach(4)
      }
      #expect(shown.all == ["0", "1", "3", "4"])
    }
  }

  @Test func `S25: a search index that is refreshed again after a crash is what it was to be`()
    async throws
  {
    let index = Mutex<[String: String]>([:])
    let refreshed = Seen<String>()
    try await afterKill { varve, kill in
      try await varve.createTopic("products")
      try await varve.send(["3 a pound"], key: "apples", to: "products")
      try await indexing(varve) { key, text in
        index.withLock { $0[key] = text }
        refreshed.add(key)
        try await kill.now()
      }
    } then: { varve in
      try await varve.send(["2 a pound"], key: "pears", to: "products")
      try await run {
        try await indexing(varve) { key, text in
          index.withLock { $0[key] = text }
          refreshed.add(key)
        }
      } until: {
        await refreshed.reach(3)
      }
      #expect(refreshed.all == ["apples", "apples", "pears"])
      #expect(index.withLock { $0 } == ["apples": "3 a pound", "pears": "2 a pound"])
    }
  }

  @Test func `S25: of a transfer both accounts have their part once, or neither has`() async throws
  {
    /// Reads `FROM TO AMOUNT`.
    @Sendable func transfer(_ record: Record) -> Transfer {
      let parts = (record.text ?? "").split(separator: " ").map(String.init)
      return Transfer(from: parts[0], to: parts[1], amount: Int(parts[2]) ?? 0)
    }
    try await afterKill { varve, kill in
      for topic in ["transfers", "accounts"] { try await varve.createTopic(topic) }
      try await varve.send(["a b 10", "b c 5"], to: "transfers")
      try await booking(varve) { record in
        // The first one's parts are sent by now.
        if record.text == "b c 5" { try await kill.now() }
        return transfer(record)
      }
    } then: { varve in
      let before = try await varve.committed("accounts")
      #expect(before.isEmpty)
      try await run {
        try await booking(varve) { transfer($0) }
      } until: {
        try await varve.reach(4, in: "accounts")
      }
      let parts = try await varve.committed("accounts").map {
        "\($0.keyText ?? "")\($0.text ?? "")"
      }
      #expect(parts == ["a-10", "b+10", "b-5", "c+5"])
    }
  }

  @Test func `S25: a partner hears of a payment again after a crash, by the same id`() async throws
  {
    let calls = Seen<String>()
    let known = Mutex<[String: String]>([:])
    @Sendable func partner(_ body: String, _ id: String) {
      calls.add(id)
      known.withLock { known in if known[id] == nil { known[id] = body } }
    }
    try await afterKill { varve, kill in
      let hooks = try await varve.workQueue("hooks", jobs: .text)
      try await hooking(hooks)
      try await calling(hooks) { body, id in
        partner(body, id)
        try await kill.now()
      }
    } then: { varve in
      let hooks = try await varve.workQueue("hooks", jobs: .text)
      try await run {
        try await calling(hooks) { partner($0, $1) }
      } until: {
        await calls.reach(2)
      }
      #expect(calls.all == ["paid-4711", "paid-4711"])
      #expect(known.withLock { $0 } == ["paid-4711": "4711 is paid"])
      #expect(try await hooks.depth().total == 0)
    }
  }

  @Test func `S25: clicks are counted once, though their counting is killed and begun again`()
    async throws
  {
    try await afterKill { varve, kill in
      for topic in ["clicks", "counts"] { try await varve.createTopic(topic) }
      try await varve.send(["/", "/", "/about", "last"], to: "clicks")
      try await counting(varve) { click in
        // Those before it are sent by now.
        if click.text == "last" { try await kill.now() }
        return click.text ?? ""
      }
    } then: { varve in
      try await run {
        try await counting(varve) { $0.text ?? "" }
      } until: {
        try await varve.reach(4, in: "counts")
      }
      var counts: [String: Int] = [:]
      for count in try await varve.committed("counts") {
        counts[count.keyText ?? "", default: 0] += Int(count.text ?? "") ?? 0
      }
      #expect(counts == ["/": 2, "/about": 1, "last": 1])
    }
  }
}
