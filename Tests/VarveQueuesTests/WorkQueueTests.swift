import Foundation
import Synchronization
import Testing
import Varve
import VarveQueues
import VarveTestKit
import VarveTestSupport

/// Goal: each job is handled, by one worker at a time, as its options say. The oracle is what was
/// enqueued.
@Suite struct WorkQueueTests {
  @Test(arguments: Door.allCases)
  func `S07, S21: workers of unequal speed finish every job, each once`(_ door: Door) async throws {
    var options = WorkQueueOptions()
    // No lock ends by itself, however long a busy machine takes.
    options.visibilityTimeout = .seconds(3600)
    try await withQueue(door, options) { queue in
      // One by one over the wire, which takes its time.
      let count = door == .inProcess ? 2_000 : 300
      for number in 0..<count { try await queue.enqueue("\(number)") }
      let handled = Mutex<[String: Int]>([:])
      let byWorker = Mutex<[Int: Int]>([:])
      try await work(on: queue, workers: 3, until: { handled.withLock { $0.count } == count }) {
        worker, job, _ in
        handled.withLock { $0[job, default: 0] += 1 }
        byWorker.withLock { $0[worker, default: 0] += 1 }
        // Nobody is done before all have begun.
        while byWorker.withLock({ $0.count }) < 3 { await Task.yield() }
        // The second yields as often as the first has jobs.
        for _ in 0..<worker * 20 { await Task.yield() }
      }
      #expect(handled.withLock { $0.keys.sorted() } == (0..<count).map { "\($0)" }.sorted())
      #expect(handled.withLock { $0.values.allSatisfy { $0 == 1 } })
      #expect(byWorker.withLock { $0.count } == 3)
      let depth = try await queue.depth()
      #expect(depth.total == 0 && depth.counts.accepted == count)
    }
  }

  @Test(arguments: Door.allCases)
  func `S24: A, D, B, C, E come in the order of their priorities`(_ door: Door) async throws {
    try await withQueue(door) { queue in
      for (job, priority) in [("C", 3), ("A", 9), ("E", 1), ("B", 5), ("D", 7)] {
        try await queue.enqueue(job, options: EnqueueOptions(priority: priority))
      }
      let order = Mutex<[String]>([])
      try await work(on: queue, until: { order.withLock { $0.count } == 5 }) { _, job, _ in
        order.withLock { $0.append(job) }
      }
      #expect(order.withLock { $0 } == ["A", "D", "B", "C", "E"])
    }
  }

  @Test(arguments: Door.allCases)
  func `S23: a job that fails each time goes to the dead letters with its history`(_ door: Door)
    async throws
  {
    var options = WorkQueueOptions()
    options.attemptsMax = 3
    try await door.with { varve in
      let queue = try await varve.workQueue("jobs", jobs: .text, options: options)
      try await queue.enqueue("bad", options: EnqueueOptions(key: "k"))
      try await queue.enqueue("good")
      let attempts = Mutex<[Int]>([])
      let done = Mutex(0)
      try await work(
        on: queue, until: { attempts.withLock { $0.count } == 3 && done.withLock { $0 } == 1 }
      ) {
        _, job, context in
        guard job == "bad" else { return done.withLock { $0 += 1 } }
        attempts.withLock { $0.append(context.attempt) }
        throw Refusal()
      }
      #expect(attempts.withLock { $0 } == [1, 2, 3])
      let letter = try await firstDeadLetter(of: varve)
      #expect(letter.value.map { String(decoding: $0, as: UTF8.self) } == "bad")
      #expect(letter.key.map { String(decoding: $0, as: UTF8.self) } == "k")
      let headers = text(letter.headers)
      #expect(headers["__dlq.errors.topic"] == "jobs")
      #expect(headers["__dlq.errors.offset"] == "0")
      #expect(headers["__dlq.errors.delivery.count"] == "3")
      #expect(headers["__dlq.errors.message"] == "delivery attempts exhausted")
    }
  }

  @Test(arguments: Door.allCases)
  func `a job that cannot be decoded goes to the dead letters with the reason`(_ door: Door)
    async throws
  {
    try await door.with { varve in
      let queue = try await varve.workQueue("jobs", jobs: ValueCoding<Int>.numbers)
      let producer = try varve.producer()
      try await producer.send("jobs", value: "not a number")
      try await producer.close()
      try await queue.enqueue(7)
      let handled = Mutex<[Int]>([])
      try await work(on: queue, until: { handled.withLock { $0.count } == 1 }) { _, job, _ in
        handled.withLock { $0.append(job) }
      }
      let letter = try await firstDeadLetter(of: varve)
      #expect(text(letter.headers)["__dlq.errors.message"]?.contains("can't be decoded") == true)
      #expect(text(letter.headers)["__dlq.errors.delivery.count"] == "1")
    }
  }

  @Test(arguments: Door.allCases)
  func `a message with the id of an earlier one is left out`(_ door: Door) async throws {
    var options = WorkQueueOptions()
    options.deduplicationWindow = .seconds(600)
    try await withQueue(door, options) { queue in
      for job in ["a", "b", "c"] {
        try await queue.enqueue(job, options: EnqueueOptions(messageID: job == "b" ? "x" : "y"))
      }
      try await queue.enqueue("d")
      let handled = Mutex<[String]>([])
      try await work(on: queue, until: { handled.withLock { $0.contains("d") } }) { _, job, _ in
        handled.withLock { $0.append(job) }
      }
      #expect(handled.withLock { $0 } == ["a", "b", "d"])
      let depth = try await queue.depth()
      #expect(depth.counts.repeated == 1)
    }
  }

  @Test(arguments: Door.allCases)
  func `a priority out of range and a time-to-live that is over are refused`(_ door: Door)
    async throws
  {
    try await withQueue(door) { queue in
      for options in [
        EnqueueOptions(priority: 32), EnqueueOptions(priority: -1),
        EnqueueOptions(timeToLive: .zero),
      ] {
        await #expect { try await queue.enqueue("job", options: options) } throws: {
          ($0 as? QueueError)?.code == .invalidArgument
        }
      }
      let depth = try await queue.depth()
      #expect(depth.total == 0)
    }
  }

  @Test(arguments: Door.allCases)
  func `delayed jobs wait for their time, and are counted`(_ door: Door) async throws {
    try await withQueue(door) { queue in
      try await queue.enqueue("later", options: EnqueueOptions(delay: .seconds(3_600)))
      try await queue.enqueue("past", options: EnqueueOptions(deliverAt: 1_000))
      let handled = Mutex<[String]>([])
      try await work(on: queue, until: { handled.withLock { $0.count } == 1 }) { _, job, _ in
        handled.withLock { $0.append(job) }
      }
      #expect(handled.withLock { $0 } == ["past"])
      let depth = try await queue.depth()
      #expect(depth.total == 1 && depth.delayed == 1)
    }
  }

  @Test(arguments: Door.allCases)
  func `what is not done with comes again after the log was closed`(_ door: Door) async throws {
    let disk = SimulatedFileSystem(seed: 1)
    for expected in [["a", "b"], ["b"]] {
      try await door.with(on: disk) { varve in
        let queue = try await varve.workQueue("jobs", jobs: .text)
        if expected.count == 2 { for job in expected { try await queue.enqueue(job) } }
        let handled = Mutex<[String]>([])
        try await work(on: queue, until: { handled.withLock { $0.count } >= expected.count }) {
          _, job, _ in
          handled.withLock { $0.append(job) }
          if job == "b", expected.count == 2 { throw Refusal() }
        }
        #expect(handled.withLock { Array($0.prefix(expected.count)) } == expected)
      }
    }
  }

  // MARK: -

  private struct Refusal: Error {}

  private func withQueue(
    _ door: Door, _ options: WorkQueueOptions = WorkQueueOptions(),
    _ body: (WorkQueue<String>) async throws -> Void
  ) async throws {
    try await door.with { varve in
      try await body(try await varve.workQueue("jobs", jobs: .text, options: options))
    }
  }

  /// Runs workers until the condition holds after one of their jobs.
  private func work<Job: Sendable>(
    on queue: WorkQueue<Job>, workers: Int = 1, until isOver: @escaping @Sendable () -> Bool,
    _ handler: @escaping @Sendable (Int, Job, JobContext) async throws -> Void
  ) async throws {
    let (over, end) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<workers {
        group.addTask {
          try await queue.work(
            observing: { _, _ in if isOver() { end.finish() } }
          ) { job, context in try await handler(worker, job, context) }
        }
      }
      group.addTask { for await _ in over {} }
      // The stream ends first, or a worker fails.
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func firstDeadLetter(of varve: Varve) async throws -> Record {
    for try await batch in try await varve.consumer(topics: ["jobs.dead"]).batches {
      if let record = Array(batch).first { return record }
    }
    throw Refusal()
  }

  private func text(_ headers: [Header]) -> [String: String] {
    var texts: [String: String] = [:]
    for header in headers {
      texts["\(header.name)"] = header.value.map { String(decoding: $0, as: UTF8.self) }
    }
    return texts
  }
}

extension ValueCoding where Value == Int {
  fileprivate static var numbers: ValueCoding {
    ValueCoding(
      encode: { ByteSlice("\($0)".utf8) },
      decode: { bytes in
        guard let number = Int(String(decoding: bytes, as: UTF8.self)) else {
          throw NotANumber()
        }
        return number
      })
  }
}

private struct NotANumber: Error {}
