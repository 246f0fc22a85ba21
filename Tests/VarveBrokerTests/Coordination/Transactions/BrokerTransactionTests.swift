import Testing
import VarveBase
import VarveBroker
import VarveCoordination
import VarveLog
import VarveProtocol
import VarveTestKit

/// Transactions through a broker and its logs. Oracle: what was written, and KIP-98 and KIP-890.
struct BrokerTransactionTests {
  private typealias Version = TransactionalProgram.Version

  @Test(arguments: [Version.one, .two])
  private func
    `G37, G40: readers of committed records see what was committed, before and after a restart`(
      version: Version
    ) async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: version)
    try await program.start()
    for number in 1...6 { try await program.write(number, commit: number % 3 != 0) }
    #expect(try program.committed(0) == [1, 2, 4, 5])
    #expect(try program.committed(1) == [1, 2, 4, 5])
    #expect(!program.isUndecided)
    try program.broker.close()
    var second = try TransactionalProgram(on: disk, version: version)
    #expect(try second.committed(1) == [1, 2, 4, 5])
    try await second.start()
    #expect(second.producer.id == program.producer.id)
    #expect(second.producer.epoch == program.producer.epoch + 1)
    try await second.write(7, commit: true)
    #expect(try second.committed(0) == [1, 2, 4, 5, 7])
    try second.broker.close()
  }

  @Test func `the state's topic is made when it is first needed, with Kafka's configs`()
    async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    var options = Broker.Options()
    options.runsMaintenance = false
    let broker = try Broker.open("data", on: disk, time: ManualTime(), options: options)
    #expect(broker.topics().isEmpty)
    var request = InitProducerIdRequest()
    let idempotent = try await broker.initProducer(request, version: 5)
    #expect(idempotent.producerEpoch == 0)
    #expect(broker.topics().isEmpty)
    request.transactionalID = "tx"
    request.transactionTimeoutMilliseconds = 60_000
    let response = try await broker.initProducer(request, version: 5)
    #expect(response.producerID == idempotent.producerID + 1)
    let topic = try broker.topic(named: TopicName("__transaction_state"))
    #expect(topic.partitionCount == 50)
    #expect(topic.configuration.overrides["cleanup.policy"] == "compact")
    #expect(topic.configuration.overrides["segment.bytes"] == "104857600")
    try broker.close()
  }

  @Test func `G18: no producer id is given twice, also after a crash`() async throws {
    var disk = SimulatedFileSystem(seed: 1)
    var seen: Set<Int64> = []
    for life in 0..<3 {
      let program = try TransactionalProgram(on: disk)
      for _ in 0..<1_500 {
        let response = try await program.broker.initProducer(InitProducerIdRequest(), version: 5)
        #expect(seen.insert(response.producerID).inserted, "life \(life)")
      }
      disk.crash()
      disk = disk.afterPowerLoss()
    }
  }

  @Test(arguments: [Version.one, .two])
  private func `G37: a new instance aborts the old one's transaction, and the old one is shut out`(
    version: Version
  ) async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var old = try TransactionalProgram(on: disk, version: version)
    try await old.start()
    if version == .one { #expect(await old.add() == [.none, .none]) }
    for index in 0..<2 { try await old.send(1, to: index) }
    let zombie = old
    try await old.start()
    #expect(!old.isUndecided)
    var refused = zombie
    await #expect(throws: TransactionalAppendError.self) { try await refused.send(2, to: 0) }
    let error = await #expect(throws: CoordinatorError.self) { try await refused.end(commit: true) }
    #expect(error?.code == .producerFenced)
    try await old.write(3, commit: true)
    #expect(try old.committed(0) == [3])
    try old.broker.close()
  }

  @Test func `KIP-890: a batch for a partition that is not in the transaction is refused`()
    async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: .one)
    try await program.start()
    #expect(await program.add([0]) == [.none])
    try await program.send(1, to: 0)
    do throws(TransactionalAppendError) {
      try await program.send(1, to: 1)
      Issue.record("it was appended")
    } catch {
      guard case .coordinator(let error) = error else { throw error }
      #expect(error.code == .transactionAbortable)
    }
    try await program.end(commit: true)
    let before = program
    // The transaction is over: a batch that comes late must not open another one.
    await #expect(throws: TransactionalAppendError.self) { try await program.send(2, to: 0) }
    program = before
    #expect(!program.isUndecided)
    #expect(program.partitions[1].log.endOffset == 0)
    try program.broker.close()
  }

  @Test func `partitions that do not exist are not added, nor others beside them`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: .one)
    try await program.start()
    #expect(await program.add([0, 2]) == [.operationNotAttempted, .unknownTopicOrPartition])
    #expect(await program.add([0], topic: "no") == [.unknownTopicOrPartition])
    #expect(try await program.describe()?.transactionState == "Empty")
    try program.broker.close()
  }

  @Test(arguments: [true, false])
  func `G37: a group's offsets are part of the transaction`(commits: Bool) async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: .one)
    try await program.start()
    var adding = AddOffsetsToTxnRequest()
    adding.transactionalID = TransactionalProgram.id
    (adding.producerID, adding.producerEpoch) = program.producer
    adding.groupID = "group"
    let added = try await program.broker.addOffsetsToTransaction(adding, version: 3)
    #expect(added.errorCode == .none)
    // Java's "group".hashCode() is 98629247, and there are 50 partitions by default.
    #expect(try await program.describe()?.topics.map(\.partitions) == [[98_629_247 % 50]])

    #expect(try await program.commitOffset(7, of: "group") == ErrorCode.none)
    #expect(await program.committedOffset(of: "group") == -1)
    try await program.end(commit: commits)
    #expect(await program.committedOffset(of: "group") == (commits ? 7 : -1))
    try program.broker.close()

    let reopened = try TransactionalProgram(on: disk, version: .one)
    #expect(await reopened.committedOffset(of: "group") == (commits ? 7 : -1))
    try reopened.broker.close()
  }

  @Test func `G36: a group's offsets that are not part of the transaction are refused`()
    async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: .one)
    try await program.start()
    // The group's partition was not added; then it was, but the transaction has ended.
    for isLate in [false, true] {
      if isLate {
        #expect(try await program.commitOffset(6, of: "group", version: 5) == ErrorCode.none)
        try await program.end(commit: true)
      }
      for (version, code) in [(Int16(3), ErrorCode.invalidTxnState), (4, .transactionAbortable)] {
        let program = program
        let error = await #expect(throws: CoordinatorError.self) {
          try await program.commitOffset(7, of: "group", version: version)
        }
        #expect(error?.code == code)
      }
    }
    #expect(await program.committedOffset(of: "group") == 6)
    let partition = try program.broker.partition(program.broker.groups.partition(of: "group"))
    #expect(partition.log.lastStableOffset == partition.log.endOffset)
    try program.broker.close()
  }

  @Test func `G37: a transaction that is open for too long is aborted`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let time = ManualTime()
    var program = try TransactionalProgram(on: disk, time: time)
    try await program.start(timeout: 1_000)
    try await program.send(1, to: 0)
    time.advance(byMilliseconds: 999)
    program.broker.runCoordinators()
    #expect(program.isUndecided)
    time.advance(byMilliseconds: 1)
    program.broker.runCoordinators()
    await program.broker.settleTransactions()
    #expect(!program.isUndecided)
    #expect(try await program.describe()?.transactionState == "CompleteAbort")
    let error = await #expect(throws: CoordinatorError.self) { try await program.end(commit: true) }
    #expect(error?.code == .producerFenced)
    try program.broker.close()
  }

  @Test func `a timeout that a full disk refuses is tried again later, not over and over`()
    async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    let time = ManualTime()
    var program = try TransactionalProgram(on: disk, time: time, version: .one)
    try await program.start(timeout: 30_000)
    #expect(await program.add() == [.none, .none])
    try await program.send(1, to: 0)
    disk.fail { $0.kind == .allocate ? .noSpace : nil }
    // Other ids fill the state's log, until neither of its partitions takes anything.
    var number = 0
    for padding in [2_000, 0] {
      var full: Set<Bool> = []
      while full.count < 2 {
        var request = InitProducerIdRequest()
        request.transactionalID = "\(number)" + String(repeating: "-", count: padding)
        request.transactionTimeoutMilliseconds = 60_000
        number += 1
        do { _ = try await program.broker.initProducer(request, version: 5) } catch {
          full.insert(error.message.contains("__transaction_state-0"))
        }
      }
    }
    time.advance(byMilliseconds: 30_000)
    program.broker.runCoordinators()
    #expect(try await program.describe()?.transactionState == "Ongoing")
    disk.fail(where: nil)
    time.advance(byMilliseconds: 1_000)
    program.broker.runCoordinators()
    await program.broker.settleTransactions()
    #expect(!program.isUndecided)
    try program.broker.close()
  }

  @Test func `a hanging transaction is listed, described and aborted`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk)
    try await program.start()
    try await program.send(1, to: 1)
    let listed = try await program.broker.listTransactions(ListTransactionsRequest())
    #expect(listed.transactionStates.map(\.transactionalID) == [TransactionalProgram.id])
    #expect(listed.transactionStates.map(\.transactionState) == ["Ongoing"])
    let described = try await program.describe()
    #expect(described?.topics.map(\.partitions) == [[1]])
    try await program.broker.abortTransaction(of: TransactionalProgram.id)
    #expect(!program.isUndecided)
    #expect(try program.committed(1) == [])
    await #expect(throws: CoordinatorError.self) {
      try await program.broker.abortTransaction(of: "no")
    }
    try program.broker.close()
  }

  @Test func `KIP-664: a transaction that no coordinator knows can be aborted in its partition`()
    async throws
  {
    let disk = SimulatedFileSystem(seed: 1)
    let program = try TransactionalProgram(on: disk)
    let stray = TransactionalProgram.batch(1, of: (77, 3), sequence: 0)
    try await program.partitions[0].append(stray)
    #expect(program.isUndecided)
    try await program.broker.abortHangingTransaction(
      in: program.partitions[0].id, producerID: 77, producerEpoch: 3, coordinatorEpoch: 0)
    #expect(!program.isUndecided)
    #expect(try program.committed(0) == [])
    try program.broker.close()
  }

  @Test func `a topic that is deleted does not hold its transaction up`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk)
    try await program.start()
    try await program.send(1, to: 0)
    try program.broker.deleteTopic(TopicName("out"))
    try await program.end(commit: true)
    #expect(try await program.describe()?.transactionState == "CompleteCommit")
    try program.broker.close()
  }

  @Test func `markers that a full disk refuses are written once there is room`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    var program = try TransactionalProgram(on: disk, version: .one)
    try await program.start()
    #expect(await program.add() == [.none, .none])
    // The marker is the first that the other partition stores.
    try await program.send(1, to: 0)
    disk.fail { operation in
      operation.kind == .allocate && operation.path.contains("out-1") ? .noSpace : nil
    }
    try await program.end(commit: true)
    #expect(try await program.describe()?.transactionState == "PrepareCommit")
    disk.fail(where: nil)
    while try await program.describe()?.transactionState != "CompleteCommit" { await Task.yield() }
    #expect(!program.isUndecided)
    try program.broker.close()
    let second = try TransactionalProgram(on: disk)
    #expect(try second.committed(0) == [1])
    #expect(try second.committed(1) == [])
    #expect(!second.isUndecided)
    try second.broker.close()
  }
}
