import Synchronization
import Testing
import Varve
import VarveQueues
import VarveTestKit

/// What any client may send to a queue, and set for it, that makes no sense.
@Suite(.timeLimit(.hang)) struct BadQueueInputTests {
  @Test(arguments: [
    ("varve.priority", "32"), ("varve.priority", "high"), ("varve.delay.ms", "-1"),
    ("varve.deliver.at", "tomorrow"), ("varve.ttl.ms", ""), ("varve.expires.at", "1e3"),
    ("varve.delay.ms", "9999999999999999999"),
  ])
  func `a header that cannot be read, or is out of range, makes its record a dead letter`(
    name: String, value: String
  ) async throws {
    try await QueueOfJobs.run(attempts: 2, through: .inProcess) { jobs in
      try await jobs.varve.producer().send("jobs", value: "bad", headers: [Header(name, value)])
      try await jobs.queue.enqueue("good")
      let handled = Mutex<[String]>([])
      try await jobs.work(untilTold: 1) { job, _ in handled.withLock { $0.append(job) } }
      #expect(handled.withLock { $0 } == ["good"])
      let letter = try #require(try await jobs.letters(1).first)
      #expect(letter.record.text == "bad")
      #expect(letter.failure == "header" && letter.deliveryCount == 0)
    }
  }

  @Test func `a queue that is its own topic of dead letters keeps them until there is another`()
    async throws
  {
    try await QueueOfJobs.run(attempts: 2, through: .inProcess) { jobs in
      try await jobs.varve.configureGroup("jobs", [.deadLetters("jobs")])
      try await jobs.queue.enqueue("bad")
      let worker = try await jobs.varve.shareConsumer(group: "jobs", topics: ["jobs"])
      try await worker.acknowledge(try await worker.poll(), as: .reject(reason: "no use"))
      let kept = try await jobs.varve.shareProgress(of: "jobs").first
      #expect(kept?.failing == 1)
      let end = try await jobs.varve.latestOffset(of: "jobs", partition: 0)
      #expect(end == 1)
      try await jobs.varve.configureGroup("jobs", [.deadLetters("jobs.dead")])
      let letter = try #require(try await jobs.letters(1).first)
      #expect(letter.record.text == "bad" && letter.reason == "no use")
      try await worker.close()
    }
  }
}
