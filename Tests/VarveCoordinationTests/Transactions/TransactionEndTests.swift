import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: KIP-98, KIP-890 and Kafka's documentation of the requests.
struct TransactionEndTests {
  private typealias Producer = TransactionDriver.Producer

  private func opened(version: Int16 = 3) -> (TransactionDriver, Producer) {
    var driver = TransactionDriver()
    let producer = driver.start().producer
    let codes = driver.add("t", [1, 0], producer, version: version)
    #expect(codes == [.none, .none])
    return (driver, producer)
  }

  @Test(arguments: [true, false])
  func `G37: version 1 of transactions keeps the epoch`(commit: Bool) throws {
    var (driver, producer) = opened()
    #expect(driver.add("u", [5], producer) == [.none])
    let offsets = try driver.addOffsets(producer)
    #expect(offsets == .none)
    #expect(driver.state()?.status == .ongoing)
    #expect(driver.end(producer, commit: commit).code == .none)
    let markers = try #require(driver.pending.first)
    #expect(driver.pending.count == 1)
    #expect(markers.partitions == ["t": [0, 1], "u": [5], "__consumer_offsets": [7]])
    #expect(markers.isCommit == commit)
    #expect(markers.coordinatorEpoch == 3)
    #expect((markers.producerID, markers.producerEpoch) == (producer.id, producer.epoch))
    #expect(driver.end(producer, commit: commit).code == .concurrentTransactions)
    #expect(driver.end(producer, commit: !commit).code == .invalidTxnState)
    #expect(driver.add("t", [0], producer) == [.concurrentTransactions])
    driver.complete()
    #expect(driver.state()?.status == (commit ? .completeCommit : .completeAbort))
    #expect(driver.end(producer, commit: commit).code == .none, "asked again")
    #expect(driver.end(producer, commit: !commit).code == .invalidTxnState)
    #expect(driver.producer() == producer)
    #expect(driver.add("t", [0], producer) == [.none])
    #expect(driver.state()?.partitions == ["t": [0]])
  }

  @Test(arguments: [true, false])
  func `G40: version 2 gives the producer a new epoch with every end`(commit: Bool) throws {
    var (driver, producer) = opened(version: 5)
    let next = Producer(producer.id, producer.epoch + 1)
    #expect(driver.end(producer, commit: commit, version: 5) == (.none, next))
    #expect(driver.pending.first?.producerEpoch == next.epoch)
    #expect(driver.end(producer, commit: commit, version: 5).code == .concurrentTransactions)
    #expect(driver.end(producer, commit: !commit, version: 5).code == .invalidTxnState)
    #expect(driver.end(next, commit: false, version: 5).code == .concurrentTransactions)
    #expect(driver.add("t", [0], next, version: 5) == [.concurrentTransactions])
    #expect(driver.add("t", [0], producer, version: 5) == [.producerFenced])
    driver.complete()
    #expect(driver.end(producer, commit: commit, version: 5) == (.none, next), "asked again")
    #expect(driver.end(producer, commit: !commit, version: 5).code == .invalidTxnState)
    #expect(driver.end(next, commit: true, version: 5).code == .invalidTxnState)
    #expect(driver.add("t", [0], producer, version: 5) == [.producerFenced])
    #expect(driver.add("t", [0], next, version: 5) == [.none])
    #expect(driver.end(producer, commit: commit, version: 5).code == .producerFenced)
  }

  @Test func `G40: version 2 can abort a transaction that has no partition`() {
    var driver = TransactionDriver()
    let producer = driver.start().producer
    #expect(driver.end(producer, commit: true, version: 5).code == .invalidTxnState)
    #expect(driver.end(producer, commit: false, version: 4).code == .invalidTxnState)
    let next = driver.end(producer, commit: false, version: 5)
    #expect(next == (.none, .init(100, 1)))
    #expect(driver.pending.first?.partitions == [:])
    driver.complete()
    #expect(driver.end(next.producer, commit: false, version: 5) == (.none, .init(100, 2)))
  }

  @Test func `G40: version 2 out of epochs goes on with a new id`() {
    var driver = TransactionDriver()
    let last = Producer(50, .max - 1)
    driver.load([.init("tx", .ended(by: last))])
    #expect(driver.add("t", [0], last, version: 5) == [.none])
    let next = driver.end(last, commit: true, version: 5)
    #expect(next == (.none, .init(100, 0)))
    #expect(driver.pending.first?.producerID == 50)
    #expect(driver.pending.first?.producerEpoch == .max)
    #expect(driver.add("t", [0], next.producer, version: 5) == [.concurrentTransactions])
    #expect(driver.end(last, commit: true, version: 5).code == .concurrentTransactions)
    driver.restart()
    driver.complete()
    #expect(driver.end(last, commit: true, version: 5) == next, "asked again")
    #expect(driver.end(last, commit: false, version: 5).code == .invalidTxnState)
    #expect(driver.add("t", [0], last, version: 5) == [.invalidProducerIDMapping])
    #expect(driver.add("t", [0], next.producer, version: 5) == [.none])
    #expect(driver.end(last, commit: true, version: 5).code == .invalidProducerIDMapping)
  }

  @Test func `requests of strangers are refused`() throws {
    var (driver, producer) = opened()
    let stranger = Producer(7, 0)
    let ahead = Producer(producer.id, 9)
    #expect(driver.end(producer, commit: true, id: "").code == .invalidRequest)
    #expect(driver.end(producer, commit: true, id: "no").code == .invalidProducerIDMapping)
    #expect(driver.end(stranger, commit: true).code == .invalidProducerIDMapping)
    #expect(driver.end(ahead, commit: true).code == .producerFenced)
    #expect(driver.end(ahead, commit: true, version: 5).code == .producerFenced)
    #expect(driver.add("t", [0], producer, id: "") == [.invalidRequest])
    #expect(driver.add("t", [0], producer, id: "no") == [.invalidProducerIDMapping])
    #expect(driver.add("t", [0], stranger) == [.invalidProducerIDMapping])
    #expect(driver.add("t", [0], ahead) == [.producerFenced])
    let offsets = try [
      driver.addOffsets(stranger), driver.addOffsets(ahead), driver.addOffsets(ahead, version: 1),
      driver.addOffsets(producer, id: ""),
    ]
    #expect(
      offsets == [
        .invalidProducerIDMapping, .producerFenced, .invalidProducerEpoch, .invalidRequest,
      ])
  }

  @Test func `partitions that are in the transaction already are not stored again`() {
    var (driver, producer) = opened()
    let count = driver.log.count
    #expect(driver.add("t", [0, 1], producer) == [.none, .none])
    #expect(driver.log.count == count)
    #expect(driver.add("t", [1, 2], producer) == [.none, .none])
    #expect(driver.log.count == count + 1)
  }

  @Test func `KIP-890: whether a partition is in the transaction can be verified`() {
    var (driver, producer) = opened()
    func verify(_ producer: Producer, version: Int16 = 5) -> [ErrorCode] {
      driver.add("t", [1, 2], producer, verifies: true, version: version)
    }
    #expect(verify(producer) == [.none, .transactionAbortable])
    #expect(verify(producer, version: 4) == [.none, .invalidTxnState])
    #expect(verify(.init(producer.id, 8)) == [.producerFenced, .producerFenced])
    #expect(verify(.init(8, 0)) == Array(repeating: .invalidProducerIDMapping, count: 2))
    _ = driver.end(producer, commit: true)
    #expect(verify(producer) == Array(repeating: .concurrentTransactions, count: 2))
    driver.complete()
    #expect(verify(producer) == Array(repeating: .transactionAbortable, count: 2))
  }

  @Test func `G37: what was decided before a restart is written after it`() {
    var (driver, producer) = opened()
    driver.restart()
    #expect(driver.pending.isEmpty)
    #expect(driver.end(producer, commit: true).code == .none)
    let markers = driver.pending
    driver.restart()
    #expect(driver.pending == markers)
    driver.complete()
    #expect(driver.state()?.status == .completeCommit)
    driver.restart()
    #expect(driver.pending.isEmpty)
    #expect(driver.end(producer, commit: true).code == .none)
  }

  @Test func `a late report of markers changes nothing`() throws {
    var (driver, producer) = opened(version: 5)
    let next = driver.end(producer, commit: true, version: 5).producer
    let first = try #require(driver.pending.first)
    driver.complete()
    _ = driver.add("t", [0], next, version: 5)
    driver.report(first)
    #expect(driver.state()?.status == .ongoing)
    _ = driver.end(next, commit: true, version: 5)
    driver.report(first)
    #expect(driver.state()?.status == .prepareCommit)
  }
}
