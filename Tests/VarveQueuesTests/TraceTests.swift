import Testing
import Varve
import VarveBase
import VarveBroker
import VarveQueues
import VarveTestKit

/// Goal: what is told of a record is what happened to it, in that order. Method: a clock by hand,
/// and histories written down here.
@Suite struct TraceTests {
  /// A log in memory, and what it takes to work on a queue.
  private struct Line {
    let time = ManualTime(now: 1_000)
    let broker: Broker
    let varve: Varve
    let queue: WorkQueue<String>

    /// In memory, unless a directory is named.
    init(
      at path: String? = nil, _ change: (inout WorkQueueOptions) -> Void = { _ in }
    ) async throws {
      var brokerOptions = Broker.Options()
      brokerOptions.runsMaintenance = false
      brokerOptions.serverConfigs = [
        "log.retention.ms": "-1", "offsets.topic.num.partitions": "1",
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.num.partitions": "1",
      ]
      let disk: any FileSystem =
        path == nil ? SimulatedFileSystem(seed: 1) : LocalFileSystem()
      broker = try Broker.open(path ?? "data", on: disk, time: time, options: brokerOptions)
      varve = Varve(LocalCluster(broker, time: time))
      var options = WorkQueueOptions()
      options.isTraced = true
      change(&options)
      queue = try await varve.workQueue("jobs", jobs: .text, options: options)
    }

    /// A millisecond after what was before: each step has its own time.
    func next() { time.advance(byMilliseconds: 1) }

    func worker() async throws -> ShareConsumer {
      try await varve.shareConsumer(group: "jobs", topics: ["jobs"])
    }

    func trace(_ place: String, in other: Varve? = nil) async throws -> [String] {
      let stops = try await RecordTracer(other ?? varve).trace(try #require(TracePlace(place)))
      return stops.flatMap { stop in
        ["\(stop.record.place)"] + stop.steps.map { TraceTests.line($0) }
      }
    }

    /// Waits until nothing of the queue is left to be done.
    func waitUntilEmpty() async throws {
      while try await queue.depth().total > 0 { await Task.yield() }
    }
  }

  private static func line(_ step: TraceStep) -> String {
    var line = step.name.rawValue
    line += step.time.map { " \($0.rawValue)" } ?? " -"
    if let group = step.group { line += " \(group)" }
    if let deliveries = step.deliveries { line += " #\(deliveries)" }
    // Whose numbers are random.
    let detail = step.name == .produce ? "" : step.detail
    return line + (detail.isEmpty ? "" : " \(detail)")
  }

  @Test func `S02: a job that is handled is produced, acked, fetched, processed, committed`()
    async throws
  {
    let line = try await Line()
    try await line.queue.enqueue("a")
    let worker = try await line.worker()
    line.next()
    let records = try await worker.poll()
    line.next()
    try await worker.acknowledge(records)
    let lines = try await line.trace("jobs/0@0")
    #expect(
      lines == [
        "jobs/0@0", "produce 1000", "ack - at offset 0", "fetch 1001 jobs #1",
        "process 1002 jobs #1",
        "commit 1002 jobs done with",
      ])
    try await line.varve.close()
  }

  @Test func `a broker tells the same, and a program that follows the directory read-only`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let line = try await Line(at: directory.path + "/data")
    try await line.queue.enqueue("a")
    let worker = try await line.worker()
    line.next()
    try await worker.acknowledge(try await worker.poll())
    let expected = [
      "jobs/0@0", "produce 1000", "ack - at offset 0", "fetch 1001 jobs #1", "process 1001 jobs #1",
      "commit 1001 jobs done with",
    ]
    let follower = try await Varve.openReadOnly(directory.path + "/data")
    let followed = try await line.trace("jobs/0@0", in: follower)
    #expect(followed == expected)
    try await follower.close()
    let service = try await line.varve.serve(port: 0, options: Varve.ServeOptions())
    let remote = try await Varve.connect(to: service.address)
    let told = try await line.trace("jobs/0@0", in: remote)
    #expect(told == expected)
    try await remote.close()
    try await line.varve.close()
  }

  @Test func `S02: failed deliveries, the dead letter and what was sent back are one way`()
    async throws
  {
    let line = try await Line { options in
      options.attemptsMax = 2
      options.retryDelay = .milliseconds(5)
    }
    try await line.queue.enqueue("a")
    let worker = try await line.worker()
    line.next()
    try await worker.acknowledge(try await worker.poll(), as: .release())
    line.time.advance(byMilliseconds: 10)
    let again = try await worker.poll()
    line.next()
    try await worker.acknowledge(again, as: .release())
    try await line.waitUntilEmpty()
    line.next()
    let result = try await line.varve.deadLetters("jobs.dead").redrive()
    #expect(result.sent == 1)
    let expected = [
      "jobs/0@0", "produce 1000", "ack - at offset 0", "fetch 1001 jobs #1", "release 1001 jobs #1",
      "delay 1001 jobs not before 1970-01-01T00:00:01.006Z", "fetch 1011 jobs #2",
      "release 1012 jobs #2", "give up 1012 jobs #2 delivery attempts exhausted",
      "letter 1012 jobs jobs.dead/0@0", "commit 1012 jobs done with",
      "jobs.dead/0@0", "produce 1000", "ack - at offset 0",
      "commit 1013 jobs.dead.redrive offset 1",
      "jobs/0@1", "produce 1013", "ack - at offset 1",
      "transaction 1013 committed, with the marker at offset 2",
    ]
    for place in ["jobs/0@0", "jobs.dead/0@0", "jobs/0@1"] {
      let lines = try await line.trace(place)
      #expect(lines == expected, "\(place)")
    }
    try await line.varve.close()
  }

  @Test func `locks that time out, rejections and copies are told`() async throws {
    let line = try await Line { options in
      options.visibilityTimeout = .seconds(15)
      options.deduplicationWindow = .seconds(60)
    }
    for _ in 0..<2 {
      try await line.queue.enqueue("a", options: EnqueueOptions(messageID: "same"))
    }
    let worker = try await line.worker()
    line.next()
    let first = try await worker.poll()
    #expect(first.count == 1)
    line.time.advance(byMilliseconds: 20_000)
    line.broker.runCoordinators()
    let second = try await worker.poll()
    line.next()
    try await worker.acknowledge(second, as: .reject(reason: "no such order"))
    try await line.waitUntilEmpty()
    let lines = try await line.trace("jobs/0@0")
    #expect(
      lines.prefix(9) == [
        "jobs/0@0", "produce 1000", "ack - at offset 0", "fetch 1001 jobs #1",
        "timeout 21001 jobs #1",
        "fetch 21001 jobs #2", "reject 21002 jobs #2 no such order",
        "letter 21002 jobs jobs.dead/0@0",
        "commit 21002 jobs done with",
      ])
    let copy = try await line.trace("jobs/0@1")
    #expect(copy.contains("repeat 1000 jobs"))
    try await line.varve.close()
  }

  @Test func `parking and what wakes a record are told, with the token`() async throws {
    let line = try await Line()
    try await line.queue.enqueue("a")
    let worker = try await line.worker()
    line.next()
    let first = try await worker.poll()
    line.next()
    try await worker.acknowledge(first, as: .park(token: "order 7"))
    line.next()
    let woken = try await line.queue.unpark("order 7")
    #expect(woken == 1)
    line.next()
    try await worker.acknowledge(try await worker.poll())
    try await line.waitUntilEmpty()
    let lines = try await line.trace("jobs/0@0")
    #expect(
      lines.prefix(8) == [
        "jobs/0@0", "produce 1000", "ack - at offset 0", "fetch 1001 jobs #1",
        "park 1002 jobs #1 order 7", "unpark 1003 jobs order 7", "fetch 1004 jobs #1",
        "process 1004 jobs #1",
      ])
    try await line.varve.close()
  }

  @Test func `a group that is not traced tells what its state has, and is named`() async throws {
    let line = try await Line { $0.isTraced = false }
    for job in ["a", "b"] { try await line.queue.enqueue(job) }
    let worker = try await line.worker()
    let records = try await worker.poll()
    line.next()
    try await worker.acknowledge([records[1]])
    line.next()
    try await worker.acknowledge([records[0]], as: .release(after: .milliseconds(50)))
    let stops = try await RecordTracer(line.varve).trace(try #require(TracePlace("jobs/0@0")))
    #expect(stops.map(\.untracedGroups) == [["jobs"]])
    #expect(
      stops[0].steps.map { Self.line($0) }.dropFirst(2) == [
        "delay 1002 jobs #1 not before 1970-01-01T00:00:01.052Z"
      ])
    let second = try await line.trace("jobs/0@1")
    #expect(second.last == "commit 1001 jobs accepted")
    try await line.varve.close()
  }

  @Test func `S02: the outcome of a transaction is told, aborted and open ones too`() async throws {
    let line = try await Line()
    let transactions = try line.varve.transactions("writer")
    struct Refusal: Error {}
    await #expect(throws: Refusal.self) {
      try await transactions.run { transaction in
        try await transaction.send("jobs", value: "gone")
        throw Refusal()
      }
    }
    line.next()
    try await transactions.run { try await $0.send("jobs", value: "here") }
    let aborted = try await line.trace("jobs/0@0")
    #expect(aborted.last == "transaction 1000 aborted, with the marker at offset 1")
    let committed = try await line.trace("jobs/0@2")
    #expect(committed.last == "transaction 1001 committed, with the marker at offset 3")
    let open = try await transactions.begin()
    // More than a batch: it is written before the end.
    try await open.send("jobs", value: String(repeating: "open", count: 20_000))
    let waiting = try await line.trace("jobs/0@4")
    #expect(waiting.last == "transaction - open: it has no marker so far")
    try await open.abort()
    try await line.varve.close()
  }

  @Test func `a record that is not there is said to be gone, to come, or none`() async throws {
    let line = try await Line()
    for job in ["a", "b"] { try await line.queue.enqueue(job) }
    _ = try await line.varve.cluster.deleteRecords(
      of: TopicPartition(topic: try TopicName("jobs"), partition: 0), before: 1)
    for (place, part) in [
      ("jobs/0@0", "is gone: the partition starts at 1"),
      ("jobs/0@2", "no record at jobs/0@2 yet: the partition ends at 2"),
      ("jobs/7@0", "partitions, numbered from 0"), ("nowhere/0@0", "'nowhere'"),
    ] {
      let error = await #expect(throws: VarveError.self) { try await line.trace(place) }
      #expect(error?.message.contains(part) == true, "\(place): \(error?.message ?? "")")
    }
    try await line.varve.close()
  }

  @Test(arguments: [
    "jobs", "jobs/0", "jobs@0", "jobs/0@", "jobs/x@0", "jobs/0@-1", "jobs/-1@0", "/0@0", "a/b/0@0",
    "jobs/0@0@0", "jobs/0@99999999999999999999", "jo bs/0@0",
  ])
  func `what is no place is none`(text: String) {
    #expect(TracePlace(text) == nil)
  }

  @Test func `a place is read as it is written`() throws {
    let place = try #require(TracePlace("a.b-c_d/12@9223372036854775807"))
    #expect(place.description == "a.b-c_d/12@9223372036854775807")
  }
}
