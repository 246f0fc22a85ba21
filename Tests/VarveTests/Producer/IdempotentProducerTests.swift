import Testing
import Varve
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// A producer whose batches are sent again until it is known what became of them.
@Suite(.timeLimit(.hang)) struct IdempotentProducerTests {
  private static func options(_ batchBytes: Int = 1 << 10) -> Producer.Options {
    var options = Producer.Options()
    options.isIdempotent = true
    options.batchBytes = batchBytes
    return options
  }

  /// Some ten of them are a batch.
  private static func value(_ number: Int) -> String {
    "\(number)" + String(repeating: ".", count: 80)
  }

  @Test func `G18: whatever is lost on the way, each record is there once, in order`() async throws
  {
    for seed in TestShare.seeds(3, long: 200) {
      let log = try await TransactionsUnderTest()
      let cluster = FlakyCluster(log.varve.cluster, seed: seed)
      let producer = try Producer(cluster, options: Self.options())
      for number in 0..<400 {
        try await producer.enqueue("out", partition: Int32(number % 2), value: Self.value(number))
      }
      let refused = await failure { () throws(VarveError) in try await producer.close() }
      #expect(refused == nil, "\(TestShare.again(seed))")
      #expect(cluster.losses > 0, "\(TestShare.again(seed))")
      let wanted = (0..<2).map { rest in (0..<400).filter { $0 % 2 == rest }.map(Self.value) }
      #expect(try await log.values("out", .readUncommitted) == wanted, "\(TestShare.again(seed))")
      try await log.varve.close()
    }
  }

  @Test func `G18: what was sent before a restart of the log is recognised after it`()
    async throws
  {
    for seed in TestShare.seeds(3, long: 200) {
      var disk = SimulatedFileSystem(seed: seed)
      var log = try await TransactionsUnderTest(on: disk)
      let cluster = FlakyCluster(log.varve.cluster, seed: seed)
      let producer = try Producer(cluster, options: Self.options())
      var kept: [TransactionsUnderTest] = []
      for number in 0..<400 {
        try await producer.enqueue("out", partition: Int32(number % 2), value: Self.value(number))
        guard number % 100 == 99 else { continue }
        cluster.stop()
        // What the old process still appends is on a disk that is gone.
        disk.crash()
        kept.append(log)
        disk = disk.afterProcessCrash()
        log = try await TransactionsUnderTest(on: disk)
        cluster.restart(as: log.varve.cluster)
      }
      let refused = await failure { () throws(VarveError) in try await producer.close() }
      #expect(refused == nil, "\(TestShare.again(seed))")
      let wanted = (0..<2).map { rest in (0..<400).filter { $0 % 2 == rest }.map(Self.value) }
      #expect(try await log.values("out", .readUncommitted) == wanted, "\(TestShare.again(seed))")
      try await log.varve.close()
    }
  }

  @Test func `a new epoch waits for the batches of the old one`() async throws {
    let cluster = HeldCluster(partitions: 2)
    let producer = try Producer(
      cluster, options: Self.options(), identity: ProducerIdentity(id: 7, epoch: 0))
    try await producer.enqueue("held", partition: 1, value: "known")
    cluster.held[1].release()
    try await producer.enqueue("held", partition: 1, value: "open")
    // What fails for good in one partition begins a new epoch for all.
    try await producer.enqueue("held", partition: 0, value: "failed")
    cluster.held[0].release(failing: VarveError(.storage, "the disk failed"))
    try await producer.enqueue("held", partition: 1, value: "next")
    #expect(cluster.held[1].batches.count == 2)
    cluster.held[1].release(failing: VarveError(.unavailable, "no answer"))
    await cluster.held[1].arrival(of: 3)
    cluster.held[1].release()
    await cluster.held[1].arrival(of: 4)
    cluster.held[1].release()
    let headers = try cluster.held[1].batches.flatMap { try storedHeaders($0) }
    #expect(headers.map(\.producerEpoch) == [0, 0, 0, 1])
    #expect(headers.map(\.baseSequence) == [0, 1, 1, 0])
  }

  @Test func `G18: a batch that overtook one which was answered before it is sent again`()
    async throws
  {
    let cluster = HeldCluster()
    let producer = try Producer(
      cluster, options: Self.options(), identity: ProducerIdentity(id: 7, epoch: 0))
    try await producer.enqueue("held", partition: 0, value: "known")
    cluster.held[0].release()
    try await producer.enqueue("held", partition: 0, value: "overtaken")
    try await producer.enqueue("held", partition: 0, value: "overtaking")
    cluster.held[0].release(1)
    cluster.held[0].release(failing: VarveError(.outOfOrderSequence, "2 comes, 1 is next"))
    await cluster.held[0].arrival(of: 4)
    cluster.held[0].release()
    try await producer.close()
    let headers = try cluster.held[0].batches.flatMap { try storedHeaders($0) }
    #expect(headers.map(\.producerEpoch) == [0, 0, 0, 0])
    #expect(headers.map(\.baseSequence) == [0, 1, 2, 2])
  }

  @Test func `a batch that is refused does not hold up those after it`() async throws {
    let log = try await TransactionsUnderTest()
    let producer = try log.varve.producer(options: Self.options())
    try await producer.send("out", partition: 0, value: "before")
    let broker = try #require(log.varve.cluster as? LocalCluster).broker
    try broker.alterConfigs(of: topicName("out"), [.set(name: "max.message.bytes", value: "200")])
    let refused = await failure { () throws(VarveError) in
      try await producer.send(
        "out", partition: 0, value: String(repeating: "large", count: 100))
    }
    #expect(refused?.code == .recordTooLarge)
    try await producer.send("out", partition: 0, value: "after")
    #expect(try await log.values("out", .readUncommitted)[0] == ["before", "after"])
    let headers = try await log.varve.batchHeaders("out")
    #expect(headers.allSatisfy { $0.producerID >= 0 })
    try await log.varve.close()
  }

  @Test func `a disk that was full does not break the sequence`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let log = try await TransactionsUnderTest(on: disk)
    let producer = try log.varve.producer(options: Self.options())
    disk.fail { $0.kind == .allocate && $0.path.contains("out-0") ? .noSpace : nil }
    let refused = await failure { () throws(VarveError) in
      try await producer.send("out", partition: 0, value: "refused")
    }
    #expect(refused?.code == .diskFull)
    disk.fail(where: nil)
    for number in 0..<3 { try await producer.send("out", partition: 0, value: "\(number)") }
    #expect(try await log.values("out", .readUncommitted)[0] == ["0", "1", "2"])
    try await log.varve.close()
  }

  @Test func `nothing that cannot be known at once is taken without asking`() async throws {
    let log = try await TransactionsUnderTest()
    let producer = try log.varve.producer(options: Self.options())
    #expect(try !producer.tryEnqueue("out", value: "early"))
    try await producer.send("out", partition: 0, value: "first")
    #expect(try producer.tryEnqueue("out", partition: 0, value: "second"))
    try await producer.close()
    #expect(try await log.values("out", .readUncommitted)[0] == ["first", "second"])
    try await log.varve.close()
  }
}
