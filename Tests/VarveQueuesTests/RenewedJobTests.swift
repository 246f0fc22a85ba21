import Testing
import Varve
import VarveBase
import VarveBroker
import VarveQueues
import VarveTestKit

/// Goal: a job is its worker's for as long as the handler runs, however long that is, and nobody's
/// once its worker renews no more. Method: a clock and pauses that the test lets pass.
@Suite(.timeLimit(.hang)) struct RenewedJobTests {
  /// A worker in the middle of a job.
  private struct Busy {
    let time = ManualTime()
    let varve: Varve
    let handling = Gate()
    /// Where the worker is between two renewals.
    let pauses = Gate()
    let outcomes = Seen<String>()
    let worker: Task<Void, any Error>
    let lock: Duration

    init() async throws {
      let (handling, pauses, outcomes) = (handling, pauses, outcomes)
      varve = try Varve.inMemory(time: time)
      let queue = try await varve.workQueue("jobs", jobs: .text)
      lock = try await varve.shareLockDuration(of: "jobs")
      try await queue.enqueue("slow")
      worker = Task {
        try await queue.work(
          concurrency: 1, pausing: { _ in await pauses.pass() },
          observing: { outcomes.add("\($1)") }
        ) { _, _ in await handling.pass() }
      }
      await handling.wait(for: 1)
      await pauses.wait(for: 1)
      // The worker has one job at a time: this one is for others.
      try await queue.enqueue("next")
    }

    /// Lets time pass, for the broker's timers too.
    func pass(milliseconds: Int64) throws {
      time.advance(byMilliseconds: milliseconds)
      try #require(varve.cluster as? LocalCluster).broker.runCoordinators()
    }

    /// What another worker of the queue is given, up to the job that is for others: each job, and
    /// how often it was delivered.
    func others() async throws -> [String] {
      var options = ShareConsumer.Options()
      options.pollTimeout = .milliseconds(10)
      let other = try await varve.shareConsumer(group: "jobs", topics: ["jobs"], options: options)
      var taken: [String] = []
      while !taken.contains("next 1") {
        let records = try await other.poll()
        taken += records.map { "\($0.record.text ?? "") \($0.deliveryCount)" }
        try await other.acknowledge(records)
      }
      try await other.close()
      return taken.sorted()
    }

    func end() async throws {
      handling.open()
      await outcomes.reach(1)
      worker.cancel()
      pauses.open()
      _ = await worker.result
      try await varve.close()
    }

    var third: Int64 { lock.components.seconds * 1000 / 3 }
  }

  @Test func `S21: a handler that outlasts its lock keeps the job`() async throws {
    let busy = try await Busy()
    for _ in 0..<9 {
      try busy.pass(milliseconds: busy.third)
      busy.pauses.letGo()
      await busy.pauses.wait(for: 1)
    }
    #expect(try await busy.others() == ["next 1"])
    try await busy.end()
    #expect(busy.outcomes.all == ["done"])
  }

  @Test func `S21: a job whose lock is not renewed is another's, and its worker is told`()
    async throws
  {
    let busy = try await Busy()
    try busy.pass(milliseconds: busy.third * 3 + 1000)
    #expect(try await busy.others() == ["next 1", "slow 2"])
    try await busy.end()
    #expect(busy.outcomes.all == ["lost"])
  }
}
