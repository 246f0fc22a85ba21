import Synchronization
import Testing
import Varve
import VarveQueues
import VarveTestKit

/// Goal: a job that waits for something is nobody's until that has come. The oracle is what was
/// enqueued.
@Suite(.timeLimit(.hang)) struct ParkedJobTests {
  private struct Failure: Error {}

  @Test func `G47: a parked job is nobody's until its token is named, over a restart`() async throws
  {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/data"
    var varve = try await Varve.open(path)
    var queue = try await varve.workQueue("jobs", jobs: .text)
    #expect(try await queue.unpark("payment-1") == 0)
    for job in ["order 1", "order 2", "order 3"] { try await queue.enqueue(job) }
    let outcomes = try await Self.outcomes(3, of: queue) { job, context in
      try await context.park(job == "order 3" ? "payment-3" : "payment-1")
      if job == "order 2" { throw Failure() }
    }
    #expect(outcomes == ["order 1 parked payment-1", "order 2 failed", "order 3 parked payment-3"])
    var depth = try await queue.depth()
    #expect(depth.parked == 3 && depth.total == 3 && depth.ready == 0 && depth.running == 0)
    try await varve.close()

    varve = try await Varve.open(path)
    queue = try await varve.workQueue("jobs", jobs: .text)
    try await queue.enqueue("order 4")
    #expect(try await Self.outcomes(1, of: queue) { _, _ in } == ["order 4 done"])
    #expect(try await queue.unpark("payment-1") == 2)
    let attempts = Mutex<[Int]>([])
    let woken = try await Self.outcomes(2, of: queue) { _, context in
      attempts.withLock { $0.append(context.attempt) }
    }
    #expect(woken == ["order 1 done", "order 2 done"])
    #expect(attempts.withLock { $0 } == [1, 1])
    depth = try await queue.depth()
    #expect(depth.parked == 1 && depth.total == 1)
    try await varve.close()
  }

  @Test(arguments: Door.allCases)
  func `G47: a job is parked and woken from both sides of the protocol`(_ door: Door) async throws {
    try await door.with { varve in
      let queue = try await varve.workQueue("jobs", jobs: .text)
      try await queue.enqueue("job")
      let parked = try await Self.outcomes(1, of: queue) { _, context in
        try await context.park("call")
      }
      let depth = try await queue.depth()
      #expect(parked == ["job parked call"] && depth.parked == 1)
      #expect(try await queue.unpark("call") == 1)
      #expect(try await Self.outcomes(1, of: queue) { _, _ in } == ["job done"])
      try await queue.close()
    }
  }

  @Test(arguments: [0, 250])
  func `G47: a token that is empty or too long is refused`(length: Int) async throws {
    let varve = try Varve.inMemory()
    let queue = try await varve.workQueue("jobs", jobs: .text)
    let token = String(repeating: "x", count: length)
    let codes = Mutex<[QueueError.Code]>([])
    do throws(QueueError) { try await queue.unpark(token) } catch {
      codes.withLock { $0.append(error.code) }
    }
    try await queue.enqueue("job")
    let outcomes = try await Self.outcomes(1, of: queue) { _, context in
      do throws(QueueError) { try await context.park(token) } catch {
        codes.withLock { $0.append(error.code) }
      }
    }
    #expect(outcomes == ["job done"])
    #expect(codes.withLock { $0 } == [.invalidArgument, .invalidArgument])
    try await varve.close()
  }

  /// Runs a worker until so many outcomes were told, and returns them in the order of their jobs.
  private static func outcomes(
    _ count: Int, of queue: WorkQueue<String>,
    _ handler: @escaping @Sendable (String, JobContext) async throws -> Void
  ) async throws -> [String] {
    let seen = Seen<String>()
    let worker = Task {
      try await queue.work(
        observing: { context, outcome in
          let job = context.record.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
          seen.add("\(job) \(text(of: outcome))")
        }, handler)
    }
    await seen.reach(count)
    worker.cancel()
    try await worker.value
    return seen.all.sorted()
  }

  private static func text(of outcome: JobOutcome) -> String {
    switch outcome {
    case .done: "done"
    case .failed: "failed"
    case .parked(let token): "parked \(token)"
    case .rejected(let reason): "rejected \(reason)"
    case .lost: "lost"
    }
  }
}
