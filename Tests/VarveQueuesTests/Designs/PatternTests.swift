import Testing
import Varve
import VarveQueues
import VarveTestKit

/// The programs of the article Patterns, each where what it is for goes wrong.
@Suite(.timeLimit(.hang)) struct PatternTests {
  @Test
  func `S01: while the worker is down asking throws in time and telling returns, and is done`()
    async throws
  {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("payments")
      let mails = try await varve.workQueue("mails", jobs: .text)
      let payments = try await varve.requests(
        to: "payments", repliesIn: "payment-replies", requests: .text, replies: .text)
      let shown = Seen<String>()
      let error = await #expect(throws: QueueError.self) {
        try await tellingAndAsking(mails, payments, patience: .milliseconds(20)) { shown.add($0) }
      }
      #expect(error?.code == .deadlineExceeded)
      #expect(shown.all == ["stored at offset 0"])
      let sent = Seen<String>()
      try await run {
        try await mails.work { mail, _ in sent.add(mail) }
      } until: {
        await sent.reach(1)
      }
      #expect(sent.all == ["order 4711 was placed"])
      #expect(try await mails.depth().total == 0)
    }
  }

  @Test func `S06: an order that was taken is there after any power loss`() async throws {
    for seed in UInt64(0)..<20 {
      let disk = SimulatedFileSystem(seed: seed)
      try await keeping(try Varve.inMemory(on: disk), "order 4711")
      disk.crash()
      let varve = try Varve.inMemory(on: disk.afterPowerLoss())
      #expect(try await varve.committed("orders").map(\.text) == ["order 4711"], "seed \(seed)")
      try await varve.close()
    }
  }

  @Test func `S01: while the worker is up both come to their end`() async throws {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("payments")
      let mails = try await varve.workQueue("mails", jobs: .text)
      let payments = try await varve.requests(
        to: "payments", repliesIn: "payment-replies", requests: .text, replies: .text)
      try await run {
        try await varve.answer("payments", group: "banking", requests: .text, replies: .text) {
          (order: String, _) -> String in "\(order) is paid"
        }
      } until: {
        let shown = Seen<String>()
        try await tellingAndAsking(mails, payments, patience: .seconds(600)) { shown.add($0) }
        #expect(shown.all == ["stored at offset 0", "4711 is paid"])
      }
    }
  }

  @Test(arguments: Door.allCases)
  func `S03: orders are taken while packing and shipping are down, and all are shipped`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      for topic in ["orders", "packets"] { try await varve.createTopic(topic) }
      let producer = try varve.producer()
      let shipped = Seen<String>()
      for round in 1...3 {
        // Nobody reads: any error of the producer's would end the test here.
        for order in 0..<10 { try await ordering(producer, "\(round)-\(order)") }
        try await run {
          try await withThrowingTaskGroup(of: Void.self) { others in
            others.addTask { try await packing(varve) }
            others.addTask { try await shipping(varve) { shipped.add($0.text ?? "") } }
            try await others.waitForAll()
          }
        } until: {
          // In the middle, but for the last time.
          await Self.reach(round < 3 ? 10 * round - 5 : 30, in: shipped)
        }
      }
      let wanted = (1...3).flatMap { round in (0..<10).map { "\(round)-\($0)" } }
      #expect(Set(shipped.all) == Set(wanted))
      #expect(try await varve.committed("packets").compactMap(\.text) == wanted)
    }
  }

  /// Waits for so many that are different.
  private static func reach(_ count: Int, in seen: Seen<String>) async {
    while true {
      let known = seen.all
      if Set(known).count >= count { return }
      await seen.reach(known.count + 1)
    }
  }

  @Test func `S04: a burst waits in the queue, and no more is at hand than is asked for`()
    async throws
  {
    try await Door.inProcess.with { varve in
      let images = try await varve.workQueue("images", jobs: .text)
      for image in 0..<20 { try await images.enqueue("\(image)") }
      let gate = Gate()
      try await run {
        try await images.work(concurrency: 2) { _, _ in await gate.pass() }
      } until: {
        for step in 0..<10 {
          await gate.wait(for: 2)
          let depth = try await images.depth()
          #expect(depth.total == Int64(20 - 2 * step) && depth.running == 2)
          gate.letGo()
        }
      }
      #expect(gate.mostHeld == 2)
      let depth = try await images.depth()
      #expect(depth.total == 0 && depth.counts.accepted == 20)
    }
  }

  @Test
  func `S05: three workers need a third of the steps of one, and the producer sends as before`()
    async throws
  {
    #expect(try await Self.steps(workers: 1, for: 12) == 12)
    #expect(try await Self.steps(workers: 3, for: 12) == 4)
  }

  /// The steps in which workers are done with jobs, each of which takes a step.
  private static func steps(workers: Int, for count: Int) async throws -> Int {
    let steps = Seen<Int>()
    try await Door.inProcess.with { varve in
      let images = try await varve.workQueue("images", jobs: .text)
      for image in 0..<count { try await images.enqueue("\(image)") }
      let gate = Gate()
      let shrunk = Seen<String>()
      try await run {
        try await scaling(images, workers: workers) { image in
          await gate.pass()
          shrunk.add(image)
        }
      } until: {
        while shrunk.all.count < count {
          // Fewer at hand than workers, and it never comes to the next step.
          await gate.wait(for: workers)
          gate.letGo()
          steps.add(workers)
          await shrunk.reach(steps.all.count * workers)
        }
      }
      #expect(Set(shrunk.all).count == count)
    }
    return steps.all.count
  }

  @Test func `S07: what two producers send each goes to one of two share consumers`() async throws {
    let count = TestShare.count(200, long: 50_000)
    try await Door.inProcess.with { varve in
      try await varve.createTopic("mails")
      try await varve.configureGroup("mailing", [.begins(withFirstRecord: true)])
      let (gate, sent, senders) = (Gate(), Seen<String>(), Seen<Int>())
      try await run {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          for number in 0..<2 {
            tasks.addTask {
              try await varve.send((0..<count).map { "\(number)-\($0)" }, to: "mails")
            }
            tasks.addTask {
              try await takingShares(varve) { mail in
                // Until both have some: then neither takes all.
                await gate.pass()
                senders.add(number)
                sent.add(mail.record.text ?? "")
              }
            }
          }
          try await tasks.waitForAll()
        }
      } until: {
        await gate.wait(for: 2)
        gate.open()
        await sent.reach(2 * count)
      }
      let wanted = (0..<2).flatMap { number in (0..<count).map { "\(number)-\($0)" } }
      #expect(sent.all.sorted() == wanted.sorted())
      #expect(Set(senders.all) == [0, 1])
    }
  }

  @Test(arguments: Door.allCases)
  func `S08: every group gets all, and one that has read nothing holds up no other`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      try await varve.createTopic("orders")
      try await varve.send((0..<100).map { "\($0)" }, to: "orders")
      let (gate, used) = (Gate(), Seen<(group: String, text: String)>())
      try await run {
        try await publishing(varve, to: ["billing", "stock", "slow"]) { group, record in
          if group == "slow" { await gate.pass() }
          used.add((group, record.text ?? ""))
        }
      } until: {
        await used.reach(200)
        #expect(!used.all.contains { $0.group == "slow" })
        gate.open()
        await used.reach(300)
      }
      let wanted = (0..<100).map { "\($0)" }
      for group in ["billing", "stock", "slow"] {
        let read = used.all.filter { $0.group == group }.map(\.text)
        #expect(read == wanted, "\(group) reads in the order of the offsets")
      }
    }
  }

  @Test func `S12: a record whose handler throws comes again, and those behind it wait`()
    async throws
  {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("orders")
      try await varve.send(["0", "1", "bad", "3"], to: "orders")
      var options = GroupConsumer.Options()
      options.reading.batchBytes = 1
      let seen = Seen<String>()
      for _ in 0..<3 {
        let consumer = try await varve.consumer(
          group: "billing", topics: ["orders"], options: options)
        await #expect(throws: Refusal.self) {
          for try await batch in consumer.batches {
            for record in batch {
              seen.add(record.text ?? "")
              if record.text == "bad" { throw Refusal() }
            }
          }
        }
        await consumer.close()
      }
      #expect(seen.all == ["0", "1", "bad", "bad", "bad"])
    }
  }
}
