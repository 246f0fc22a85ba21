import Synchronization
import Testing
import Varve
import VarveBase
import VarveTestKit

@Suite(.timeLimit(.hang)) struct LanesTests {
  /// Lets handlers go on once as many are in at the same time as the test wants.
  private final class Crowd: Sendable {
    private struct State {
      var inside = 0
      var most = 0
      var isOpen = false
      var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    private let wanted: Int

    init(wanted: Int) { self.wanted = wanted }

    var most: Int { state.withLock { $0.most } }

    func enter() async {
      await withCheckedContinuation { continuation in
        let released = state.withLock { state in
          state.inside += 1
          state.most = max(state.most, state.inside)
          if state.inside >= wanted { state.isOpen = true }
          state.waiting.append(continuation)
          guard state.isOpen else { return [CheckedContinuation<Void, Never>]() }
          defer { state.waiting = [] }
          return state.waiting
        }
        for waiting in released { waiting.resume() }
      }
      state.withLock { $0.inside -= 1 }
    }
  }

  @Test func `G35: 64 lanes of one partition work at once, and each key keeps its order`()
    async throws
  {
    let group = try await GroupUnderTest()
    // Enough keys to be on far more than 8 lanes.
    // All of them would be of one partition of 64, as a partitioner deals them.
    let keys = (0..<100_000).lazy.map { "k-\($0)" }
      .filter { Murmur2.partition(of: ByteSlice($0.utf8).bytes, among: 64) == 0 }.prefix(200)
    let ownKeys = Array(keys)
    for value in 0..<600 {
      try await group.producer.send("orders", key: ownKeys[value % 200], value: "\(value)")
    }
    let crowd = Crowd(wanted: 32)
    let seen = Notes<Int>()
    let consumer = try group.member()
    let lanes = Task {
      try await consumer.process(lanes: 64) { record, _ in
        await crowd.enter()
        seen.add(record.text.flatMap { Int($0) } ?? -1)
      }
    }
    await seen.reach(600)
    await consumer.close()
    try await lanes.value
    #expect(crowd.most >= 32, "a handler waits for 31 others, so that one after the other hangs")
    #expect(seen.all.sorted() == Array(0..<600))
    for key in 0..<200 {
      let ofKey = seen.all.filter { $0 % 200 == key }
      #expect(ofKey == ofKey.sorted(), "key \(key)")
    }
  }

  @Test func `G35: a commit never passes a record that is not finished`() async throws {
    let group = try await GroupUnderTest()
    for value in 0..<40 {
      try await group.producer.send("orders", key: "k-\(value)", value: "\(value)")
    }
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let finished = Notes<Int>()
    let consumer = try group.member()
    let lanes = Task {
      try await consumer.process(lanes: 8) { record, _ in
        let value = record.text.flatMap { Int($0) } ?? -1
        if value == 20 { for await _ in gate { break } }
        finished.add(value)
      }
    }
    // The lane of record 20 is stuck, the others are through.
    await finished.reach(21)
    #expect(group.groups.commits.allSatisfy { ($0["orders-0"]?.offset ?? 0) <= 20 })
    open.yield()
    await finished.reach(40)
    await consumer.close()
    try await lanes.value
    #expect(group.groups.committed == ["orders-0": 40])
  }

  @Test func `a handler's error ends the lanes, and the next ones begin at the unfinished record`()
    async throws
  {
    struct Refusal: Error, Equatable {}
    let group = try await GroupUnderTest()
    for value in 0..<10 {
      try await group.producer.send("orders", key: "same", value: "\(value)")
    }
    let consumer = try group.member()
    await #expect(throws: Refusal()) {
      try await consumer.process(lanes: 4) { record, _ in
        if record.offset == 6 { throw Refusal() }
      }
    }
    #expect(group.groups.committed == ["orders-0": 6])
    let again = Notes<Int>()
    let lanes = Task {
      try await consumer.process(lanes: 4) { record, _ in
        again.add(record.text.flatMap { Int($0) } ?? -1)
      }
    }
    await again.reach(4)
    await consumer.close()
    try await lanes.value
    #expect(again.all == [6, 7, 8, 9])
    #expect(group.groups.committed == ["orders-0": 10])
  }

  @Test func `no more records are in flight than allowed`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<100)
    let crowd = Crowd(wanted: 4)
    let seen = Notes<Int>()
    let consumer = try group.member()
    let lanes = Task {
      try await consumer.process(lanes: 16, inFlight: 4) { record, _ in
        await crowd.enter()
        seen.add(1)
      }
    }
    await seen.reach(100)
    await consumer.close()
    try await lanes.value
    #expect(crowd.most == 4)
  }

  @Test func `lanes of a cancelled task leave the group`() async throws {
    let group = try await GroupUnderTest()
    try await group.send(0..<4)
    let seen = Notes<Int>()
    let consumer = try group.member()
    let lanes = Task {
      try await consumer.process(lanes: 4) { record, _ in seen.add(1) }
    }
    await seen.reach(4)
    lanes.cancel()
    await #expect(throws: (any Error).self) { try await lanes.value }
    #expect(group.groups.memberCount == 0)
  }
}
