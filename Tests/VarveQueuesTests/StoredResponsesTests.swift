import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// Work whose first response is kept for whoever asks again.
@Suite(.timeLimit(.hang)) struct StoredResponsesTests {
  private static func responses(
    _ varve: Varve, time: any TimeSource = SystemTime()
  ) async throws -> StoredResponses<String> {
    var options = ResponseOptions()
    options.time = time
    return try await varve.storedResponses("responses", responses: .text, options: options)
  }

  @Test(arguments: Door.allCases)
  func `S17: a key that comes again gets the first response, and nothing is run`(
    _ door: Door
  ) async throws {
    let runs = Seen<String>()
    try await door.with { varve in
      for round in 1...3 {
        // Opened again, as after a restart.
        let responses = try await Self.responses(varve)
        for key in ["a", "b"] {
          let response = try await responses.response(to: key) {
            runs.add(key)
            return "\(key) in round \(round)"
          }
          #expect(response == "\(key) in round 1")
        }
        await responses.close()
      }
      #expect(runs.all == ["a", "b"])
    }
  }

  @Test(arguments: Door.allCases, [false, true])
  func `S17: of two who ask at once one runs, and the other waits for its response`(
    _ door: Door, _ areApart: Bool
  ) async throws {
    try await door.with { varve in
      let runs = Seen<Int>()
      let first = try await Self.responses(varve)
      let second = areApart ? try await Self.responses(varve) : first
      let (released, release) = AsyncStream<Void>.makeStream()
      let running = Task {
        try await first.response(to: "key") {
          runs.add(1)
          for await _ in released {}
          return "the first"
        }
      }
      await runs.reach(1)
      let waiting = Task {
        try await second.response(to: "key") {
          runs.add(2)
          return "the second"
        }
      }
      release.finish()
      #expect(try await running.value == "the first")
      #expect(try await waiting.value == "the first")
      #expect(runs.all == [1])
    }
  }

  @Test func `S17: a response that was given is there after the power was lost`() async throws {
    let disk = SimulatedFileSystem(seed: 17)
    let varve = try Varve.inMemory(on: disk, durability: "group")
    let given = try await Self.responses(varve).response(to: "key") { "before" }
    disk.crash()
    let again = try Varve.inMemory(on: disk.afterPowerLoss(), durability: "group")
    let repeated = try await Self.responses(again).response(to: "key") { "after" }
    #expect(given == "before")
    #expect(repeated == "before")
    try await again.close()
  }

  @Test func `work that throws leaves no response, and is done by the next`() async throws {
    try await Door.inProcess.with { varve in
      let responses = try await Self.responses(varve)
      await #expect(throws: Refusal.self) {
        try await responses.response(to: "key") { throw Refusal() }
      }
      #expect(try await responses.response(to: "key") { "done" } == "done")
    }
  }

  @Test func `a response is remembered for its time, and is gone from the topic after it`()
    async throws
  {
    try await Door.inProcess.with { varve in
      let time = ManualTime()
      let responses = try await Self.responses(varve, time: time)
      for key in ["a", "b"] { _ = try await responses.response(to: key) { "early" } }
      time.advance(byMilliseconds: 23 * 3_600_000)
      #expect(try await responses.response(to: "a") { "late" } == "early")
      time.advance(byMilliseconds: 2 * 3_600_000)
      #expect(try await responses.response(to: "a") { "late" } == "late")
      let topic = try await varve.store("responses", values: .bytes)
      #expect(try await Set(topic.all().keys) == ["a"])
    }
  }

  @Test func `work of a process that is gone is done by another once its time is over`()
    async throws
  {
    try await Door.inProcess.with { varve in
      let time = ManualTime()
      let (released, release) = AsyncStream<Void>.makeStream()
      let begun = Seen<Int>()
      let lost = try await Self.responses(varve, time: time)
      let hanging = Task {
        try await lost.response(to: "key") {
          begun.add(0)
          for await _ in released {}
          return "by the lost one"
        }
      }
      await begun.reach(1)
      time.advance(byMilliseconds: 61_000)
      let heir = try await Self.responses(varve, time: time)
      #expect(try await heir.response(to: "key") { "by the heir" } == "by the heir")
      release.finish()
      #expect(try await hanging.value == "by the heir", "the first response that was stored")
    }
  }
}
