import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: KIP-98, KIP-360 and Kafka's documentation of InitProducerId.
struct ProducerStartTests {
  private typealias Producer = TransactionDriver.Producer

  @Test func `G18: a producer without transactions just gets an id of its own`() {
    var driver = TransactionDriver()
    let first = driver.start(nil)
    let second = driver.start(nil)
    #expect(first == (.none, .init(100, 0)))
    #expect(second == (.none, .init(101, 0)))
    #expect(driver.log.isEmpty)
  }

  @Test func `a used-up block of ids refuses, and changes nothing`() {
    var driver = TransactionDriver()
    driver.ids = ProducerIDBlock(7..<8)
    #expect(driver.start(nil).producer.id == 7)
    #expect(driver.start(nil).code == .coordinatorNotAvailable)
    #expect(driver.start("tx").code == .coordinatorNotAvailable)
  }

  @Test func `a transactional id keeps its producer id, and its epoch goes up`() {
    var driver = TransactionDriver()
    #expect(driver.start() == (.none, .init(100, 0)))
    #expect(driver.start() == (.none, .init(100, 1)))
    #expect(driver.start("other") == (.none, .init(101, 0)))
    driver.restart()
    #expect(driver.start() == (.none, .init(100, 2)))
  }

  @Test func `bad requests are refused`() {
    var driver = TransactionDriver()
    #expect(driver.start("").code == .invalidRequest)
    #expect(driver.start(timeout: 0).code == .invalidTransactionTimeout)
    #expect(driver.start(timeout: 900_001).code == .invalidTransactionTimeout)
    #expect(driver.start(timeout: 900_000).code == .none)
  }

  @Test func `two-phase commit is refused`() {
    var coordinator = TransactionCoordinator(coordinatorEpoch: 0)
    var ids = ProducerIDBlock(0..<9)
    var request = InitProducerIdRequest()
    request.transactionalID = "tx"
    request.transactionTimeoutMilliseconds = 1
    let now = TransactionDriver().now
    request.enablesTwoPhaseCommit = true
    #expect {
      try coordinator.initProducer(request, version: 6, producerIDs: &ids, at: now)
    } throws: {
      ($0 as? CoordinatorError)?.code == .transactionalIDAuthorizationFailed
    }
    request.enablesTwoPhaseCommit = false
    request.keepsPreparedTransaction = true
    #expect {
      try coordinator.initProducer(request, version: 6, producerIDs: &ids, at: now)
    } throws: {
      ($0 as? CoordinatorError)?.code == .unsupportedVersion
    }
  }

  @Test func `G37: a new instance aborts the old one's transaction, then asks again`() {
    var driver = TransactionDriver()
    let old = driver.start().producer
    #expect(driver.add("t", [0, 1], old) == [.none, .none])
    #expect(driver.start().code == .concurrentTransactions)
    #expect(driver.state()?.status == .prepareAbort)
    #expect(driver.pending.first?.producerEpoch == old.epoch + 2)
    #expect(driver.pending.first?.isCommit == false)
    #expect(driver.start().code == .concurrentTransactions)
    driver.complete()
    let new = driver.start()
    #expect(new == (.none, .init(old.id, old.epoch + 3)))
    #expect(driver.end(old, commit: true).code == .producerFenced)
    #expect(driver.end(old, commit: true, version: 1).code == .invalidProducerEpoch)
    #expect(driver.add("t", [0], old) == [.producerFenced])
    #expect(driver.add("t", [0], old, version: 1) == [.invalidProducerEpoch])
    #expect(driver.start(as: old).code == .producerFenced)
    #expect(driver.start(as: old, version: 3).code == .invalidProducerEpoch)
  }

  @Test func `KIP-360: a producer that goes on after an error gets the next epoch, once`() {
    var driver = TransactionDriver()
    let first = driver.start().producer
    let second = driver.start(as: first)
    #expect(second == (.none, .init(100, 1)))
    #expect(driver.start(as: first) == second, "asked again, since the reply was lost")
    #expect(driver.start(as: second.producer) == (.none, .init(100, 2)))
    #expect(driver.start(as: first).code == .producerFenced)
  }

  @Test func `KIP-360: once another instance has started, the former is fenced`() {
    var driver = TransactionDriver()
    let first = driver.start().producer
    _ = driver.start()
    #expect(driver.start(as: first).code == .producerFenced)
    #expect(driver.start(as: .init(99, 0)).code == .producerFenced)
  }

  @Test func `KIP-360: a producer with an open transaction aborts it and goes on`() {
    var driver = TransactionDriver()
    let first = driver.start().producer
    _ = driver.add("t", [0], first)
    #expect(driver.start(as: first).code == .concurrentTransactions)
    driver.complete()
    let next = driver.start(as: first)
    #expect(next == (.none, .init(100, 1)))
    #expect(driver.add("t", [0], next.producer) == [.none])
  }

  @Test func `KIP-360: a zombie's request leaves the transaction of its successor alone`() {
    var driver = TransactionDriver()
    let old = driver.start().producer
    let new = driver.start().producer
    _ = driver.add("t", [0], new)
    #expect(driver.start(as: old).code == .producerFenced)
    #expect(driver.end(new, commit: true).code == .none)
  }

  @Test func `when epochs run out, the producer gets a new id`() {
    var driver = TransactionDriver()
    driver.load([.init("tx", .ended(by: .init(50, .max - 2)))])
    #expect(driver.start() == (.none, .init(50, .max - 1)))
    let last = Producer(50, .max - 1)
    let next = driver.start(as: last)
    #expect(next == (.none, .init(100, 0)))
    #expect(driver.start(as: last) == next, "asked again")
    #expect(driver.start() == (.none, .init(100, 1)))
    #expect(driver.start(as: last).code == .producerFenced)
  }

  @Test func `the last epoch is never given out, so that its producer can be fenced`() {
    var driver = TransactionDriver()
    let last = Producer(50, .max - 1)
    driver.load([.init("tx", .ended(by: last))])
    _ = driver.add("t", [0], last)
    #expect(driver.start().code == .concurrentTransactions)
    #expect(driver.pending.first?.producerEpoch == .max)
    #expect(driver.end(last, commit: false, version: 5).code == .producerFenced)
    driver.complete()
    #expect(driver.end(last, commit: false, version: 5).code == .producerFenced)
    #expect(driver.start() == (.none, .init(100, 0)))
  }

  @Test func `KIP-360: out of epochs in an open transaction`() {
    var driver = TransactionDriver()
    let last = Producer(50, .max - 1)
    driver.load([.init("tx", .ended(by: last))])
    _ = driver.add("t", [0], last)
    #expect(driver.start(as: last).code == .concurrentTransactions)
    driver.complete()
    #expect(driver.start(as: last) == (.none, .init(100, 0)))
  }
}

extension TransactionLogValue {
  /// What is stored of a producer whose last transaction is complete.
  static func ended(by producer: TransactionDriver.Producer, clientVersion: Int16 = 2) -> Self {
    var value = Self()
    (value.producerID, value.producerEpoch) = (producer.id, producer.epoch)
    value.transactionStatus = TransactionStatus.completeCommit.rawValue
    value.transactionPartitions = []
    value.transactionTimeoutMilliseconds = 60_000
    value.transactionLastUpdateTimestampMilliseconds = TransactionDriver.wallClock
    value.transactionStartTimestampMilliseconds = TransactionDriver.wallClock
    value.clientTransactionVersion = clientVersion
    return value
  }
}
