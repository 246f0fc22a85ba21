import Testing
import Varve
import VarveQueues
import VarveTestKit

/// Conditional and absolute changes of values that are kept in a topic.
@Suite(.timeLimit(.hang)) struct KeyedStoreTests {
  @Test(arguments: Door.allCases)
  func `S18: of 100 writers with one version exactly one wins, and the others are told`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      let store = try await varve.store("stock", values: .text)
      let seen = try await store.put("5", for: "apples")
      let outcomes = await Self.outcomes(of: 0..<100) { writer throws(QueueError) in
        try await store.update("apples", to: "by \(writer)", ifVersion: seen)
      }
      let winners = outcomes.filter { $0.error == nil }
      #expect(winners.count == 1)
      let lost = outcomes.compactMap(\.error).map(\.code)
      #expect(lost == Array(repeating: .versionConflict, count: 99))
      let winner = try #require(winners.first).number
      #expect(try await store.value(for: "apples")?.value == "by \(winner)")
    }
  }

  @Test(arguments: Door.allCases)
  func `S18: writers of three stores over one topic win one version once`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      var stores: [KeyedStore<String>] = []
      for _ in 0..<3 { stores.append(try await varve.store("stock", values: .text)) }
      let shared = stores
      var seen = try await shared[0].put("0", for: "apples")
      for round in 1...3 {
        let version = seen
        let outcomes = await Self.outcomes(of: 0..<9) { writer throws(QueueError) in
          try await shared[writer % 3].update(
            "apples", to: "\(round) by \(writer)", ifVersion: version)
        }
        let winners = outcomes.filter { $0.error == nil }
        #expect(winners.count == 1)
        for store in shared {
          let found = try #require(try await store.value(for: "apples"))
          #expect(found.value == "\(round) by \(winners.first?.number ?? -1)")
          seen = found.version
        }
      }
      let records = try await varve.committed("stock")
      #expect(records.count == 4)
    }
  }

  @Test(arguments: Door.allCases)
  func `a store that is opened again holds what it held`(_ door: Door) async throws {
    try await door.with { varve in
      var options = StoreOptions()
      options.partitions = 3
      let store = try await varve.store("stock", values: .text, options: options)
      for key in 0..<20 { try await store.put("\(key)", for: "key \(key)") }
      try await store.delete("key 7")
      let before = try await store.all()
      await store.close()
      let again = try await varve.store("stock", values: .text)
      #expect(try await again.all() == before)
      #expect(before.count == 19)
      #expect(before["key 8"]?.value == "8")
    }
  }

  @Test func `a version is not that of an earlier life of its key`() async throws {
    try await Door.inProcess.with { varve in
      let store = try await varve.store("stock", values: .text)
      let first = try await store.put("5", for: "apples")
      try await store.delete("apples")
      try await store.put("5", for: "apples")
      let error = await failure { () throws(QueueError) in
        try await store.update("apples", to: "4", ifVersion: first)
      }
      #expect(error?.code == .versionConflict)
      let kept = try await store.putIfAbsent("9", for: "apples")
      guard case .kept(let entry) = kept else {
        Issue.record("there was a value")
        return
      }
      #expect(entry.value == "5")
      try await store.delete("apples", ifVersion: entry.version)
      #expect(try await store.value(for: "apples") == nil)
    }
  }

  @Test func `changes that are made as one are made all or not at all`() async throws {
    try await Door.inProcess.with { varve in
      let store = try await varve.store("stock", values: .text)
      let seen = try await store.put("5", for: "apples")
      try await store.apply([.put("1", for: "pears"), .update("apples", to: "4", ifVersion: seen)])
      let error = await failure { () throws(QueueError) in
        try await store.apply([
          .put("2", for: "pears"), .update("apples", to: "3", ifVersion: seen),
        ])
      }
      #expect(error?.code == .versionConflict)
      let all = try await store.all().mapValues(\.value)
      #expect(all == ["apples": "4", "pears": "1"])
    }
  }

  @Test func `a value that the log refuses fails alone`() async throws {
    try await Door.inProcess.with { varve in
      var options = StoreOptions()
      options.config = [.maxMessageBytes(2_000)]
      let store = try await varve.store("stock", values: .text, options: options)
      let outcomes = await Self.outcomes(of: 0..<20) { writer throws(QueueError) in
        let value = writer == 11 ? String(repeating: "x", count: 3_000) : "fine"
        return try await store.put(value, for: "\(writer)")
      }
      #expect(outcomes.filter { $0.error != nil }.map(\.number) == [11])
      #expect(try await store.all().count == 19)
    }
  }

  @Test func `values that any client puts into the topic are the store's`() async throws {
    try await Door.inProcess.with { varve in
      let store = try await varve.store("stock", values: .text)
      let seen = try await store.put("5", for: "apples")
      let producer = try varve.producer()
      try await producer.send("stock", key: "apples", value: "6")
      #expect(try await store.value(for: "apples")?.value == "6")
      let error = await failure { () throws(QueueError) in
        try await store.update("apples", to: "4", ifVersion: seen)
      }
      #expect(error?.code == .versionConflict)
    }
  }

  @Test func `a topic that would lose values is no store`() async throws {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("events")
      let error = await failure { () throws(QueueError) in
        _ = try await varve.store("events", values: .text)
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func `a value that cannot be read says which it is`() async throws {
    try await Door.inProcess.with { varve in
      let store = try await varve.store("stock", values: .text)
      let producer = try varve.producer()
      try await producer.send("stock", key: "apples", value: [0xff] as [UInt8])
      let error = await failure { () throws(QueueError) in
        _ = try await store.value(for: "apples")
      }
      #expect(error?.code == .coding)
      #expect(error?.message.contains("'apples' in 'stock'") == true)
    }
  }

  struct Outcome: Sendable {
    let number: Int
    let error: QueueError?
  }

  /// What several tasks at once come to, by number.
  static func outcomes<Result>(
    of numbers: Range<Int>,
    _ body: @escaping @Sendable (Int) async throws(QueueError) -> Result
  ) async -> [Outcome] {
    await withTaskGroup(of: Outcome.self) { group in
      for number in numbers {
        group.addTask {
          do throws(QueueError) {
            _ = try await body(number)
            return Outcome(number: number, error: nil)
          } catch { return Outcome(number: number, error: error) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.number < $1.number }
    }
  }
}
