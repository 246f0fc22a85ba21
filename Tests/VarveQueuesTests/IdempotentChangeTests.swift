import Testing
import Varve
import VarveQueues
import VarveTestKit

/// Every change of a store may be made again, and its topic be read again, with the same outcome.
///
/// Method: random changes, each made one to five times, against a dictionary in which each is made
/// once.
@Suite(.timeLimit(.hang)) struct IdempotentChangeTests {
  /// A change as a program would make it, by what it has seen.
  enum Change: CaseIterable {
    case put, putIfAbsent, update, updateStale, delete, deleteStale

    /// Makes it in the model.
    func apply(_ value: String, _ key: String, to model: inout [String: String]) {
      switch self {
      case .put: model[key] = value
      case .putIfAbsent: model[key] = model[key] ?? value
      case .update: if model[key] != nil { model[key] = value }
      case .delete: model[key] = nil
      case .updateStale, .deleteStale: break
      }
    }

    func change(
      _ value: String, _ key: String, seen: StoreVersion?
    ) -> StoreChange<String>? {
      switch self {
      case .put: .put(value, for: key)
      case .putIfAbsent: .putIfAbsent(value, for: key)
      case .update: seen.map { .update(key, to: value, ifVersion: $0) }
      case .delete: .delete(key, ifVersion: seen)
      case .updateStale: .update(key, to: value, ifVersion: StoreVersion(rawValue: 1 << 40))
      case .deleteStale: .delete(key, ifVersion: StoreVersion(rawValue: 1 << 40))
      }
    }
  }

  @Test func `S16: a change made one to five times comes to the same as once`() async throws {
    for seed in TestShare.seeds(10, long: 300) {
      var random = SeededGenerator(seed: seed)
      var model: [String: String] = [:]
      try await Door.inProcess.with { varve in
        let store = try await varve.store("stock", values: .text)
        for step in 0..<20 {
          let change = Change.allCases.randomElement(using: &random) ?? .put
          let key = "key \(Int.random(in: 0..<3, using: &random))"
          let seen = try await store.value(for: key)?.version
          change.apply("\(step)", key, to: &model)
          guard let made = change.change("\(step)", key, seen: seen) else { continue }
          for _ in 0..<Int.random(in: 1...5, using: &random) {
            let error = await failure { () throws(QueueError) in try await store.apply([made]) }
            #expect(error == nil || error?.code == .versionConflict, "\(TestShare.again(seed))")
          }
          let held = try await store.all().mapValues(\.value)
          #expect(held == model, "\(change), \(TestShare.again(seed))")
        }
      }
    }
  }

  @Test func `S16: adding one is no change of a store, and what a program builds of two shows`()
    async throws
  {
    try await Door.inProcess.with { varve in
      let store = try await varve.store("counts", values: .text)
      try await store.put("0", for: "visits")
      var values: Set<String> = []
      for _ in 0..<3 {
        // What no StoreChange can say: the new value comes from the old one.
        let seen = try #require(try await store.value(for: "visits"))
        try await store.put("\((Int(seen.value) ?? 0) + 1)", for: "visits")
        values.insert(try #require(try await store.value(for: "visits")).value)
      }
      #expect(values.count == 3, "made again, it comes to something else: the test can fail")
    }
  }

  @Test(arguments: Door.allCases)
  func `S19: put and put if absent, read from offset 0 twice, give the same store`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      var random = SeededGenerator(seed: 19)
      let store = try await varve.store("stock", values: .text)
      var model: [String: String] = [:]
      for step in 0..<60 {
        let key = "key \(Int.random(in: 0..<8, using: &random))"
        if Bool.random(using: &random) {
          try await store.put("\(step)", for: key)
          model[key] = "\(step)"
        } else {
          _ = try await store.putIfAbsent("\(step)", for: key)
          model[key] = model[key] ?? "\(step)"
        }
      }
      var replayed: [String: String] = [:]
      let records = try await varve.committed("stock")
      for _ in 0..<2 {
        for record in records { replayed[record.keyText ?? ""] = record.text }
        #expect(replayed == model)
      }
      for _ in 0..<2 {
        let again = try await varve.store("stock", values: .text)
        #expect(try await again.all().mapValues(\.value) == model)
        await again.close()
      }
    }
  }
}
