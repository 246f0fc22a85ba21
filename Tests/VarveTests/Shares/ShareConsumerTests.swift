import Testing
import Varve
import VarveTestKit

/// Goal: consumers of a share group have records one by one, whichever door they come in by
/// (KIP-932). The oracle is what was sent.
@Suite(.bothDoors, .timeLimit(.hang)) struct ShareConsumerTests {
  @Test func `G41: a record is its consumer's until it says what became of it`() async throws {
    let shares = try await SharesUnderTest()
    try await shares.fill(0..<10)
    let (first, second) = (try await shares.consumer(), try await shares.consumer())
    let mine = try await first.poll(recordsMax: 4)
    #expect(mine.texts == ["0", "1", "2", "3"])
    #expect(mine.counts == [1, 1, 1, 1])
    #expect(try await second.poll().texts == ["4", "5", "6", "7", "8", "9"])
    try await first.acknowledge(Array(mine[0...1]))
    try await first.acknowledge(mine[3], as: .release())
    let again = try await second.poll()
    #expect(again.texts == ["3"] && again.counts == [2])
    // Those that were accepted are the consumer's no more.
    await expectNotAssigned([mine[0]], to: first)
    await expectNotAssigned([mine[3]], to: first)
    try await first.close()
    #expect(try await second.poll().texts == ["2"])
    await expectNotAssigned([mine[2]], to: first)
    try await shares.varve.close()
  }

  @Test func `G42: what is rejected goes to the dead letters with its reason, and is counted`()
    async throws
  {
    let shares = try await SharesUnderTest(configs: [.queue(), .deadLetters("dead")])
    try await shares.varve.createTopic("dead")
    try await shares.fill(0..<4)
    let consumer = try await shares.consumer()
    let records = try await consumer.take(4)
    try await consumer.acknowledge(records[0], as: .reject(reason: "no address"))
    try await consumer.acknowledge(records[1], as: .release(after: .seconds(60)))
    try await consumer.acknowledge(records[2])
    let dead = try await shares.varve.consumer(topics: ["dead"], from: .earliest)
    let letter = try #require(try await dead.next()?.first { _ in true })
    #expect(letter.text == "0")
    let reason = letter.header("__dlq.errors.message")
    #expect(reason.map { String(decoding: $0, as: UTF8.self) } == "no address")
    let progress = try #require(
      await progress(of: shares.varve) { $0.counts.deadLettered == 1 && $0.failing == 0 })
    #expect(progress.id.description == "jobs-0")
    #expect(progress.startOffset == 1 && progress.remaining == 2)
    #expect(progress.delayed == 1 && progress.locked == 1 && progress.ready == 0)
    #expect(progress.counts.delivered == 4 && progress.counts.accepted == 1)
    #expect(progress.counts.released == 1 && progress.counts.rejected == 1)
    try await consumer.acknowledge(records[3])
    shares.time.advance(byMilliseconds: 60_000)
    #expect(try await consumer.poll().texts == ["1"])
    try await shares.varve.close()
  }

  @Test
  func `an acknowledgement after the lock was over is told so, and a renewed lock is not over`()
    async throws
  {
    let shares = try await SharesUnderTest(configs: [.lockDuration(.seconds(20))])
    #expect(try await shares.varve.shareLockDuration(of: "workers") == .seconds(20))
    try await shares.fill(0..<2)
    let consumer = try await shares.consumer()
    let records = try await consumer.take(2)
    shares.time.advance(byMilliseconds: 15_000)
    try await consumer.acknowledge(records[1], as: .renew)
    shares.time.advance(byMilliseconds: 15_000)
    await expectNotAssigned([records[0]], to: consumer)
    // Of both it counts, or of none.
    await expectNotAssigned(records, to: consumer)
    try await consumer.acknowledge(records[1])
    try await shares.varve.close()
  }

  @Test func `a poll that is cancelled loses nothing, and one that waits is woken`() async throws {
    let shares = try await SharesUnderTest()
    let (first, second) = (try await shares.consumer(), try await shares.consumer())
    for round in 0..<5 {
      let waiting = Task { try await first.poll() }
      if round > 0 { for _ in 0..<round * 100 { await Task.yield() } }
      waiting.cancel()
      #expect(try await waiting.value.isEmpty)
    }
    for number in 0..<20 {
      let waiting = Task { try await first.poll() }
      try await shares.fill(number..<number + 1)
      waiting.cancel()
      // Whoever has it; it was not lost.
      var records = try await waiting.value
      if records.isEmpty { records = try await second.poll() }
      #expect(records.texts == ["\(number)"])
      await settle(records, first, second)
    }
    let waiting = Task { try await second.poll() }
    try await shares.fill(20..<21)
    #expect(try await waiting.value.texts == ["20"])
    try await shares.varve.close()
  }

  @Test func `tasks that poll with one consumer share what it gets`() async throws {
    let shares = try await SharesUnderTest(partitions: 3)
    let consumer = try await shares.consumer()
    let seen = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<4 {
        group.addTask {
          var texts: [String] = []
          while texts.count < 10 {
            let records = try await consumer.poll(recordsMax: 10 - texts.count)
            texts += records.texts
            try await consumer.acknowledge(records)
          }
          return texts
        }
      }
      try await shares.fill(0..<40, partitions: 3)
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(seen).count == 40 && seen.count == 40)
    let progress = try await shares.varve.shareProgress(of: "workers")
    #expect(progress.map(\.id.partition) == [0, 1, 2])
    #expect(progress.map(\.remaining) == [0, 0, 0])
    try await shares.varve.close()
  }

  @Test func `offsets without a record are done with`() async throws {
    let shares = try await SharesUnderTest()
    let transactions = try shares.varve.transactions("sender")
    for text in ["a", "b"] {
      try await transactions.run { try await $0.send("jobs", value: text) }
    }
    await transactions.close()
    let consumer = try await shares.consumer()
    var texts: [String] = []
    while texts.count < 2 {
      let records = try await consumer.poll()
      texts += records.texts
      try await consumer.acknowledge(records)
    }
    #expect(texts == ["a", "b"])
    let progress = try #require(await progress(of: shares.varve) { $0.remaining <= 1 })
    #expect(progress.counts.delivered <= 4)
    try await shares.varve.close()
  }

  @Test func `what there is not is told: configs, topics, records`() async throws {
    let shares = try await SharesUnderTest()
    #expect(try await shares.varve.shareProgress(of: "nobody").isEmpty)
    let glance = try await shares.glance()
    #expect(try await glance.poll().isEmpty)
    let config = await failure { () async throws(VarveError) in
      try await shares.varve.configureGroup("workers", [GroupConfig("share.nothing", "1")])
    }
    #expect(config?.code == .invalidConfig)
    let topic = await failure { () async throws(VarveError) in
      _ = try await shares.varve.shareConsumer(group: "workers", topics: ["nothing"])
    }
    #expect(topic?.code == .unknownTopicOrPartition)
    try await shares.varve.deleteTopic("jobs")
    let gone = await failure { () async throws(VarveError) in _ = try await glance.poll() }
    #expect(gone?.code == .unknownTopicOrPartition)
    try await shares.varve.close()
  }

  // MARK: -

  private func expectNotAssigned(
    _ records: [SharedRecord], to consumer: ShareConsumer,
    at place: SourceLocation = #_sourceLocation
  ) async {
    let error = await failure { () async throws(VarveError) in
      try await consumer.acknowledge(records)
    }
    #expect(error?.code == .notAssigned, "\(error?.message ?? "none")", sourceLocation: place)
  }

  /// Accepts records by the consumer that has them.
  private func settle(_ records: [SharedRecord], _ consumers: ShareConsumer...) async {
    for consumer in consumers {
      if await failure({ () async throws(VarveError) in try await consumer.acknowledge(records) })
        == nil
      {
        return
      }
    }
    Issue.record("nobody has \(records.texts)")
  }

  /// Where the group is, once that is as expected: records are copied to the dead letters beside
  /// what is asked for.
  private func progress(
    of varve: Varve, _ isExpected: (SharedPartition) -> Bool
  ) async throws -> SharedPartition? {
    while true {
      let partition = try await varve.shareProgress(of: "workers").first
      guard let partition, !isExpected(partition) else { return partition }
      await Task.yield()
    }
  }
}
