import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveLog
import VarveTestKit

struct CoordinatorShardTests {
  @Test func `what a coordinator decided is there after a restart`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try LedgerBroker(on: disk, time: ManualTime())
    try await first.set(["a": 1, "b": 2])
    try await first.set(["a": 3])
    #expect(first.told == ["loaded", "set", "set"])
    try first.broker.close()
    let second = try LedgerBroker(on: disk, time: ManualTime())
    #expect(try await second.numbers() == ["a": 3, "b": 2])
    try second.broker.close()
  }

  @Test func `a decision is one batch, however many records it has`() async throws {
    let ledger = try LedgerBroker(on: SimulatedFileSystem(seed: 1), time: ManualTime())
    let values = (0..<1000).map { ("name-\($0)", Int64($0)) }
    try await ledger.set(Dictionary(uniqueKeysWithValues: values))
    #expect(try Batches.counts(in: ledger.shard.partition.log) == [1000])
    try ledger.broker.close()
  }

  @Test func `records that need not be together are appended in batches that the topic takes`()
    async throws
  {
    let ledger = try LedgerBroker(
      on: SimulatedFileSystem(seed: 1), time: ManualTime(), configs: ["max.message.bytes": "4000"])
    let values = Dictionary(uniqueKeysWithValues: (0..<200).map { ("name-\($0)", Int64($0)) })
    let error = await #expect(throws: CoordinatorError.self) { try await ledger.set(values) }
    #expect(error?.code == .unknownServerError)
    #expect(try await ledger.numbers() == [:])
    try await ledger.shard.run { (state, _) in
      var decision = state.set(values)
      decision.isAtomic = false
      return decision
    }
    let counts = try Batches.counts(in: ledger.shard.partition.log)
    #expect(counts.count > 1 && counts.reduce(0, +) == 200)
    #expect(try await ledger.numbers() == values)
    try ledger.broker.close()
  }

  @Test func `a full disk refuses the request, and the state is that of the log`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let ledger = try LedgerBroker(on: disk, time: ManualTime())
    try await ledger.set(["a": 1])
    disk.fail { $0.kind == .allocate ? .noSpace : nil }
    var refused: CoordinatorError?
    for number in 2..<10_000 where refused == nil {
      do throws(CoordinatorError) { try await ledger.set(["a": Int64(number)]) } catch {
        refused = error
        #expect(try await ledger.numbers() == ["a": Int64(number - 1)])
      }
    }
    #expect(refused?.code == .coordinatorNotAvailable)
    #expect(refused?.message.contains("noSpace") == true)
    #expect(ledger.told.suffix(2) == ["lost", "loaded"])
    disk.fail(where: nil)
    try await ledger.set(["a": -1])
    #expect(try await ledger.numbers() == ["a": -1])
    try ledger.broker.close()
  }

  @Test func `a sync that fails refuses everything until the log is opened again`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let ledger = try LedgerBroker(
      on: disk, time: ManualTime(), configs: ["varve.durability": "group"])
    try await ledger.set(["a": 1])
    disk.failNext(.sync)
    await #expect(throws: CoordinatorError.self) { try await ledger.set(["a": 2]) }
    let error = await #expect(throws: CoordinatorError.self) { try await ledger.numbers() }
    #expect(error?.code == .coordinatorNotAvailable)
    #expect(ledger.told.last == "lost")
    #expect(throws: BrokerError.self) { try ledger.broker.close() }
  }

  @Test func `a producer's records count once its transaction commits, after a restart too`()
    async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try LedgerBroker(on: disk, time: ManualTime())
    let (committed, aborted) = (
      ProducerIdentity(id: 7, epoch: 0), ProducerIdentity(id: 8, epoch: 0)
    )
    for producer in [committed, aborted] {
      // Twice, as two requests of a transaction do.
      try await first.set(["a\(producer.id)": 1], as: producer)
      try await first.set(["a\(producer.id)": 2], as: producer)
    }
    #expect(try await first.numbers() == [:])
    try await first.shard.completeTransaction(of: committed, coordinatorEpoch: 0, commits: true)
    try await first.shard.completeTransaction(of: aborted, coordinatorEpoch: 0, commits: false)
    #expect(try await first.numbers() == ["a7": 2])
    let log = first.shard.partition.log
    #expect(log.lastStableOffset == log.endOffset)
    let late = await #expect(throws: CoordinatorError.self) {
      try await first.shard.completeTransaction(
        of: ProducerIdentity(id: 7, epoch: -1), coordinatorEpoch: 0, commits: true)
    }
    #expect(late?.code == .invalidProducerEpoch)
    try first.broker.close()
    let second = try LedgerBroker(on: disk, time: ManualTime())
    #expect(try await second.numbers() == ["a7": 2])
    try second.broker.close()
  }

  @Test func `a coordinator is woken at its deadline and not before`() async throws {
    let time = ManualTime()
    let ledger = try LedgerBroker(on: SimulatedFileSystem(seed: 1), time: time)
    for deadline in [Int64(5_000), 3_000, 4_000] {
      try await ledger.shard.run { (state, _) in
        state.nextDeadline = deadline
        return state.set(["alarm": 1])
      }
    }
    time.advance(byMilliseconds: 3_999)
    ledger.broker.runCoordinators()
    #expect(try await ledger.numbers() == ["alarm": 1])
    time.advance(byMilliseconds: 1)
    ledger.broker.runCoordinators()
    #expect(try await ledger.numbers() == ["alarm": 0])
    #expect(ledger.told.filter { $0 == "alarm" }.count == 1)
    try ledger.broker.close()
  }

  @Test func `a record that does not decode is named, and the coordinator refuses`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try LedgerBroker(on: disk, time: ManualTime())
    try await first.set(["a": 1])
    var builder = RecordBatchBuilder()
    // A key of type 1, an offset commit, that ends there.
    try builder.append(timestamp: 0, key: ByteSlice([0, 1]), value: ByteSlice([0, 3]))
    try builder.finish()
    try first.shard.partition.append(builder.bytes)
    try first.broker.close()
    let second = try LedgerBroker(on: disk, time: ManualTime())
    let error = await #expect(throws: CoordinatorError.self) { try await second.numbers() }
    #expect(error?.code == .coordinatorNotAvailable)
    #expect(error?.message.contains("ledger-0: offset 1") == true, "\(String(describing: error))")
    try second.broker.close()
  }
}

/// How many records each batch of a log has; markers are left out.
enum Batches {
  static func counts(in log: PartitionLog) throws -> [Int32] {
    var counts: [Int32] = []
    var cursor = try LogCursor(log, from: log.startOffset)
    while let bytes = try cursor.next(maxBytes: 1) {
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      if !header.attributes.isControl { counts.append(header.recordCount) }
    }
    return counts
  }

  static func codecs(in log: PartitionLog) throws -> [CompressionCodec?] {
    var codecs: [CompressionCodec?] = []
    var cursor = try LogCursor(log, from: log.startOffset)
    while let bytes = try cursor.next(maxBytes: 1) {
      codecs.append(try RecordBatch.checkedHeader(bytes.bytes).attributes.codec)
    }
    return codecs
  }
}
