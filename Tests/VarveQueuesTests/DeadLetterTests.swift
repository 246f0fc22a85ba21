import Synchronization
import Testing
import Varve
import VarveQueues
import VarveTestKit
import VarveTestSupport

/// Goal: what fails for good is kept, told about, and sent back once. The oracle is what was
/// enqueued.
@Suite struct DeadLetterTests {
  private struct Refusal: Error {}

  @Test(arguments: Door.allCases)
  func `S23: redrive sends a letter back once, and stops at the most loops`(_ door: Door)
    async throws
  {
    try await QueueOfJobs.run(attempts: 2, through: door) { jobs in
      try await jobs.queue.enqueue("bad", options: EnqueueOptions(key: "k"))
      let dead = jobs.varve.deadLetters("jobs.dead")
      for round in 1...4 {
        try await jobs.work(untilTold: 2) { _, _ in throw Refusal() }
        let letters = try await jobs.letters(round)
        let letter = try #require(letters.last)
        #expect(letter.redriveCount == round - 1)
        #expect(letter.reason == "delivery attempts exhausted")
        #expect(letter.deliveryCount == 2)
        #expect(letter.origin?.topic.description == "jobs")
        #expect(letter.record.value.map { String(decoding: $0, as: UTF8.self) } == "bad")
        #expect(letter.record.key.map { String(decoding: $0, as: UTF8.self) } == "k")
        var options = RedriveOptions()
        options.isDryRun = true
        let planned = try await dead.redrive(options)
        let result = try await dead.redrive()
        #expect(planned == result)
        #expect(result.sent == (round < 4 ? 1 : 0) && result.looping == (round < 4 ? 0 : 1))
        #expect(try await dead.redrive() == RedriveResult())
      }
    }
  }

  @Test func `G46: a job whose time is over is a dead letter for that reason, and nobody's`()
    async throws
  {
    let time = ManualTime()
    let varve = try Varve.inMemory(time: time)
    let queue = try await varve.workQueue("jobs", jobs: .text)
    try await queue.enqueue("stale", options: EnqueueOptions(timeToLive: .seconds(1)))
    try await queue.enqueue("fresh")
    time.advance(byMilliseconds: 1_000)
    let jobs = QueueOfJobs(varve: varve, queue: queue)
    let handled = Mutex<[String]>([])
    try await jobs.work(untilTold: 1) { job, _ in handled.withLock { $0.append(job) } }
    #expect(handled.withLock { $0 } == ["fresh"])
    let letter = try #require(try await jobs.letters(1).first)
    #expect(letter.record.text == "stale" && letter.failure == "expired")
    #expect(letter.reason == "time to live is over" && letter.deliveryCount == 0)
    try await varve.close()
  }

  /// The topic of the dead letters is missing, and made with the copy that a broker would have put
  /// in before it was killed.
  @Test func `S23: a dead letter that was copied before a crash is not copied again`() async throws
  {
    let directory = try TemporaryDirectory()
    for isAgain in [false, true] {
      let varve = try await Varve.open(directory.path + "/data")
      let queue = try await varve.workQueue("jobs", jobs: .text)
      let jobs = QueueOfJobs(varve: varve, queue: queue)
      if isAgain {
        let producer = try varve.producer()
        try await producer.send(
          "jobs.dead", value: "first",
          headers: [
            Header(QueueHeaders.deadLetterTopic, "jobs"),
            Header(QueueHeaders.deadLetterPartition, "0"),
            Header(QueueHeaders.deadLetterOffset, "0"),
            Header(QueueHeaders.deadLetterGroup, "jobs"),
          ])
        try await producer.close()
      } else {
        try await varve.deleteTopic("jobs.dead")
      }
      try await queue.enqueue(isAgain ? "second" : "first")
      try await jobs.work(untilTold: 1) { _, _ in throw RejectJob("no use") }
      if isAgain {
        let letters = try await jobs.letters(2)
        #expect(letters.map(\.record.text) == ["first", "second"])
        #expect(letters.map(\.failure) == [nil, "rejected"])
      }
      try await varve.close()
    }
  }

  @Test(arguments: Door.allCases)
  func `a redrive that is bounded goes on with the next`(_ door: Door) async throws {
    try await QueueOfJobs.run(attempts: 2, through: door) { jobs in
      for number in 0..<10 { try await jobs.queue.enqueue("\(number)") }
      try await jobs.work(untilTold: 10) { _, _ in throw RejectJob("no use") }
      _ = try await jobs.letters(10)
      let dead = jobs.varve.deadLetters("jobs.dead")
      var options = RedriveOptions()
      options.max = 4
      for expected in [4, 4, 2, 0] {
        #expect(try await dead.redrive(options).sent == expected)
      }
      let handled = Mutex<[String]>([])
      try await jobs.work(untilTold: 10) { job, context in
        #expect(context.attempt == 1)
        handled.withLock { $0.append(job) }
      }
      #expect(handled.withLock { $0.sorted() } == (0..<10).map { "\($0)" })
    }
  }

  @Test(arguments: Door.allCases)
  func `a dead letter without an origin stays, unless a topic is named`(_ door: Door) async throws {
    try await QueueOfJobs.run(attempts: 2, through: door) { jobs in
      let producer = try jobs.varve.producer()
      try await producer.send("jobs.dead", value: "from nowhere")
      let dead = jobs.varve.deadLetters("jobs.dead")
      #expect(try await dead.redrive().withoutOrigin == 1)
      try await producer.send("jobs.dead", value: "from nowhere too")
      try await producer.close()
      var options = RedriveOptions()
      options.target = "jobs"
      #expect(try await dead.redrive(options).sent == 1)
    }
  }

  @Test(arguments: Door.allCases)
  func `a missing topic of dead letters is said to be missing`(_ door: Door) async throws {
    try await QueueOfJobs.run(attempts: 2, through: door) { jobs in
      await #expect { try await jobs.varve.deadLetters("nothing").redrive() } throws: { error in
        (error as? QueueError)?.message.contains("'nothing'") == true
      }
    }
  }
}

/// A queue of text in a log of its own.
struct QueueOfJobs {
  let varve: Varve
  let queue: WorkQueue<String>

  static func run(
    attempts: Int, through door: Door, _ body: (QueueOfJobs) async throws -> Void
  ) async throws {
    try await door.with { varve in
      var options = WorkQueueOptions()
      options.attemptsMax = attempts
      let queue = try await varve.workQueue("jobs", jobs: .text, options: options)
      try await body(QueueOfJobs(varve: varve, queue: queue))
      try await queue.close()
    }
  }

  /// Runs a worker until so many outcomes were told.
  func work(
    untilTold count: Int,
    _ handler: @escaping @Sendable (String, JobContext) async throws -> Void
  ) async throws {
    let (outcomes, told) = AsyncStream.makeStream(of: Void.self)
    let worker = Task {
      try await queue.work(observing: { _, _ in told.yield() }, handler)
    }
    var seen = 0
    for await _ in outcomes {
      seen += 1
      if seen == count { break }
    }
    worker.cancel()
    try await worker.value
  }

  /// The first dead letters, once there are so many.
  func letters(_ count: Int) async throws -> [DeadLetter] {
    var seen = 0
    for try await batch in try await varve.consumer(topics: ["jobs.dead"]).batches {
      seen += batch.count
      if seen >= count { break }
    }
    return try await varve.deadLetters("jobs.dead").list()
  }
}
