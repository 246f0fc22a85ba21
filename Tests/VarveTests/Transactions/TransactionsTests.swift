import Testing
import Varve
import VarveBase
import VarveBroker
import VarveTestKit

/// Transactions that a program begins and ends by itself.
@Suite(.timeLimit(.hang), .bothDoors) struct TransactionsTests {
  @Test func `G37: records of several partitions count once they are committed`() async throws {
    let log = try await TransactionsUnderTest()
    let transactions = try log.varve.transactions("writer")
    let transaction = try await transactions.begin()
    for number in 0..<10 {
      try await transaction.send("out", partition: Int32(number % 2), value: "\(number)")
    }
    #expect(try await log.values() == [[], []])
    try await transaction.commit()
    #expect(try await log.values() == [["0", "2", "4", "6", "8"], ["1", "3", "5", "7", "9"]])
    try await log.varve.close()
  }

  @Test func `G38: nothing of an aborted transaction is seen`() async throws {
    let log = try await TransactionsUnderTest()
    let transactions = try log.varve.transactions("writer")
    for number in 0..<6 {
      let transaction = try await transactions.begin()
      try await transaction.send("out", partition: 0, value: "\(number)")
      if number.isMultiple(of: 2) {
        try await transaction.abort()
      } else {
        try await transaction.commit()
      }
    }
    #expect(try await log.values() == [["1", "3", "5"], []])
    #expect(try await log.values("out", .readUncommitted)[0].count == 6)
    try await log.varve.close()
  }

  @Test func `a body that throws aborts, and its error is thrown`() async throws {
    let log = try await TransactionsUnderTest()
    let transactions = try log.varve.transactions("writer")
    await #expect(throws: Refusal()) {
      try await transactions.run { transaction in
        try await transaction.send("out", partition: 0, value: "never")
        throw Refusal()
      }
    }
    let answer = try await transactions.run { transaction in
      try await transaction.send("out", partition: 0, value: "after")
      return 42
    }
    #expect(answer == 42)
    #expect(try await log.values() == [["after"], []])
    try await log.varve.close()
  }

  @Test func `G37: a producer with the same id shuts the earlier one out`() async throws {
    let log = try await TransactionsUnderTest()
    let zombie = try log.varve.transactions("writer")
    let open = try await zombie.begin()
    try await open.send("out", partition: 0, value: "zombie")
    let heir = try log.varve.transactions("writer")
    try await heir.run { try await $0.send("out", partition: 0, value: "heir") }
    #expect(await failure { () throws(VarveError) in try await open.commit() }?.code == .fenced)
    let again = await failure { () throws(VarveError) in _ = try await zombie.begin() }
    #expect(again?.code == .fenced)
    #expect(again?.message.contains("'writer'") == true)
    #expect(try await log.values() == [["heir"], []])
    try await log.varve.close()
  }

  @Test func `G37: a zombie cannot open a transaction in another partition`() async throws {
    let log = try await TransactionsUnderTest()
    let zombie = try log.varve.transactions("writer")
    let open = try await zombie.begin()
    let heir = try log.varve.transactions("writer")
    try await heir.run { try await $0.send("out", partition: 0, value: "heir") }
    try await open.send("out", partition: 1, value: "zombie")
    #expect(await failure { () throws(VarveError) in try await open.commit() }?.code == .fenced)
    let client = try await log.varve.client("out", 1)
    #expect(try await client.info().endOffset == 0)
    try await log.varve.close()
  }

  @Test(.inProcessOnly("it moves the clock"))
  func `G37: what is open for more than its timeout is aborted`() async throws {
    let time = ManualTime()
    let log = try await TransactionsUnderTest(time: time)
    var options = Transactions.Options()
    options.timeout = .seconds(5)
    let transactions = try log.varve.transactions("writer", options: options)
    let slow = try await transactions.begin()
    try await slow.send("out", partition: 0, value: String(repeating: "slow", count: 20_000))
    time.advance(byMilliseconds: 5_000)
    let broker = try #require(log.varve.cluster as? LocalCluster).broker
    broker.runCoordinators()
    await broker.settleTransactions()
    #expect(await failure { () throws(VarveError) in try await slow.commit() }?.code == .fenced)
    #expect(try await log.values() == [[], []])
    let heir = try log.varve.transactions("writer")
    try await heir.run { try await $0.send("out", partition: 0, value: "heir") }
    #expect(try await log.values() == [["heir"], []])
    try await log.varve.close()
  }

  @Test func `one transaction at a time, and none is used after its end`() async throws {
    let log = try await TransactionsUnderTest()
    let transactions = try log.varve.transactions("writer")
    let first = try await transactions.begin()
    let second = await failure { () throws(VarveError) in _ = try await transactions.begin() }
    #expect(second?.code == .invalidTransactionState)
    try await first.commit()
    for call in [Transaction.commit, Transaction.abort] {
      let late = await failure { () throws(VarveError) in try await call(first)() }
      #expect(late?.code == .invalidTransactionState)
    }
    let late = await failure { () throws(VarveError) in
      try await first.send("out", value: "late")
    }
    #expect(late?.code == .invalidTransactionState)
    try await log.varve.close()
  }

  @Test func `an empty transaction writes nothing`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let log = try await TransactionsUnderTest(on: disk)
    let transactions = try log.varve.transactions("writer")
    try await transactions.begin().commit()
    let before = try await log.varve.client("__transaction_state", 0).info().endOffset
    try await transactions.begin().commit()
    try await transactions.begin().abort()
    #expect(try await log.varve.client("__transaction_state", 0).info().endOffset == before)
    try await log.varve.close()
  }

  @Test func `a record that is refused leaves the transaction as it was`() async throws {
    let log = try await TransactionsUnderTest()
    try await log.varve.transactions("writer").run { transaction in
      try await transaction.send("out", partition: 0, value: "one")
      let unknown = await failure { () throws(VarveError) in
        try await transaction.send("nowhere", value: "two")
      }
      #expect(unknown?.code == .unknownTopicOrPartition)
      let large = await failure { () throws(VarveError) in
        try await transaction.send("out", value: String(repeating: "x", count: 2 << 20))
      }
      #expect(large?.code == .recordTooLarge)
    }
    #expect(try await log.values() == [["one"], []])
    try await log.varve.close()
  }

  @Test(.inProcessOnly("its markers wait for the disk"))
  func `a record that cannot be written aborts all`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let log = try await TransactionsUnderTest(on: disk)
    let transactions = try log.varve.transactions("writer")
    let doomed = try await transactions.begin()
    try await doomed.send("out", partition: 0, value: "zero")
    try await doomed.send("out", partition: 1, value: "one")
    disk.fail { $0.kind == .allocate && $0.path.contains("out-1") ? .noSpace : nil }
    let refused = await failure { () throws(VarveError) in try await doomed.commit() }
    #expect(refused?.code == .transactionAborted)
    #expect(refused?.isRetriable == true)
    #expect(refused?.message.contains("out-1") == true)
    disk.fail(where: nil)
    #expect(try await log.values() == [[], []])
    try await transactions.run { transaction in
      try await transaction.send("out", partition: 0, value: "zero")
      try await transaction.send("out", partition: 1, value: "one")
    }
    #expect(try await log.values() == [["zero"], ["one"]])
    try await log.varve.close()
  }

  @Test func `tasks send at once, and what they send is one transaction`() async throws {
    let log = try await TransactionsUnderTest()
    var options = Transactions.Options()
    options.batchBytes = 1 << 10
    let transactions = try log.varve.transactions("writer", options: options)
    for round in 0..<3 {
      try await transactions.run { transaction in
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          for number in 0..<500 {
            tasks.addTask {
              try await transaction.send(
                "out", partition: Int32(number % 2), value: "\(round * 500 + number)")
            }
          }
          try await tasks.waitForAll()
        }
      }
    }
    let values = try await log.values().map { $0.compactMap { Int($0) }.sorted() }
    #expect(values[0] == (0..<1_500).filter { $0 % 2 == 0 })
    #expect(values[1] == (0..<1_500).filter { $0 % 2 == 1 })
    try await log.varve.close()
  }

  @Test func `what is sent while it is being committed is part of it, or refused`() async throws {
    let log = try await TransactionsUnderTest()
    let transactions = try log.varve.transactions("writer")
    var taken: Set<String> = []
    for round in 0..<20 {
      let transaction = try await transactions.begin()
      let sending = Task {
        var taken: Set<String> = []
        for number in 0..<200 {
          let value = "\(round) \(number)"
          let refused = await failure { () throws(VarveError) in
            try await transaction.send("out", partition: Int32(number % 2), value: value)
          }
          #expect(refused == nil || refused?.code == .invalidTransactionState)
          if refused == nil { taken.insert(value) }
        }
        return taken
      }
      for _ in 0..<round { await Task.yield() }
      try await transaction.commit()
      taken.formUnion(await sending.value)
    }
    #expect(try await Set(log.values().joined()) == taken)
    try await log.varve.close()
  }

  @Test func `what a killed program left open is aborted by its successor`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try await TransactionsUnderTest(on: disk)
    let open = try await first.varve.transactions("writer").begin()
    try await open.send(
      "out", partition: 0, value: String(repeating: "lost", count: 20_000))
    let second = try await TransactionsUnderTest(on: disk.afterProcessCrash())
    try await second.varve.transactions("writer").run {
      try await $0.send("out", partition: 0, value: "heir")
    }
    #expect(try await second.values() == [["heir"], []])
    try await second.varve.close()
  }

  @Test(.inProcessOnly("it opens the directory again"))
  func `closing the log aborts what is open`() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    let first = try await TransactionsUnderTest(on: disk)
    let transactions = try first.varve.transactions("writer")
    let open = try await transactions.begin()
    try await open.send("out", partition: 0, value: "open")
    try await first.varve.close()
    let late = await failure { () throws(VarveError) in try await open.commit() }
    #expect(late?.code == .closed)
    let second = try await TransactionsUnderTest(on: disk)
    #expect(try await second.values() == [[], []])
    #expect(try await second.varve.client("out", 0).lastStableOffset() == 2)
    try await second.varve.close()
  }

  @Test(.inProcessOnly("the reason is the coordinator's own"))
  func `bad options are refused`() async throws {
    let log = try await TransactionsUnderTest()
    #expect(throws: VarveError.self) { try log.varve.transactions("") }
    var options = Transactions.Options()
    options.timeout = .zero
    #expect(throws: VarveError.self) { try log.varve.transactions("writer", options: options) }
    options.timeout = .seconds(3_600)
    let transactions = try log.varve.transactions("writer", options: options)
    let tooLong = await failure { () throws(VarveError) in _ = try await transactions.begin() }
    #expect(tooLong?.code == .invalidArgument)
    #expect(tooLong?.message.contains("transaction.max.timeout.ms") == true)
    try await log.varve.close()
  }
}
