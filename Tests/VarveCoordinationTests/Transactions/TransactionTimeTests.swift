import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Oracle: Kafka's documentation of `transaction.timeout.ms` and `transactional.id.expiration.ms`,
/// and KIP-664.
struct TransactionTimeTests {
  private typealias Producer = TransactionDriver.Producer
  private static let week: Int64 = 7 * 24 * 3_600_000

  @Test(arguments: [3, 5] as [Int16])
  func `G37: a transaction that is open for too long is aborted, its producer fenced`(
    version: Int16
  ) {
    var driver = TransactionDriver()
    let producer = driver.start(timeout: 1_000).producer
    driver.pass(5_000)
    #expect(driver.state()?.status == .empty)
    _ = driver.add("t", [0], producer, version: version)
    driver.pass(600)
    _ = driver.add("t", [1], producer, version: version)
    #expect(driver.coordinator.nextDeadline == 6_000)
    driver.pass(399)
    #expect(driver.state()?.status == .ongoing)
    driver.pass(1)
    #expect(driver.state()?.status == .prepareAbort)
    #expect(driver.pending.first?.partitions == ["t": [0, 1]])
    #expect(driver.end(producer, commit: true, version: version).code == .producerFenced)
    driver.complete()
    for commit in [true, false] {
      #expect(driver.end(producer, commit: commit, version: 4).code == .producerFenced)
      #expect(driver.end(producer, commit: commit, version: 5).code == .producerFenced)
    }
    #expect(driver.add("t", [0], producer, version: version) == [.producerFenced])
    #expect(driver.start().code == .none)
  }

  @Test func `the time that a transaction has been open outlives a restart`() {
    var driver = TransactionDriver()
    let producer = driver.start(timeout: 1_000).producer
    _ = driver.add("t", [0], producer)
    driver.pass(700)
    driver.restart()
    #expect(driver.coordinator.nextDeadline == 1_000)
    driver.wallClockShift = 10_000
    driver.restart()
    #expect(driver.coordinator.nextDeadline == 700)
  }

  @Test func `a clock that goes back gives a transaction no more than its timeout`() {
    var driver = TransactionDriver()
    let producer = driver.start(timeout: 1_000).producer
    _ = driver.add("t", [0], producer)
    driver.wallClockShift = -1_000_000
    driver.restart()
    #expect(driver.coordinator.nextDeadline == 1_000)
  }

  @Test func `an id that is not used is forgotten`() {
    var driver = TransactionDriver()
    let producer = driver.start().producer
    _ = driver.start("other")
    driver.pass(Self.week - 1)
    #expect(driver.coordinator.transactions.count == 2)
    _ = driver.add("t", [0], producer)
    _ = driver.end(producer, commit: true)
    driver.pass(1)
    #expect(driver.state("other") == nil)
    #expect(driver.log.last == TransactionRecord("other", nil))
    driver.pass(2 * Self.week)
    #expect(driver.state()?.status == .prepareCommit, "what is decided is never forgotten")
    driver.complete()
    driver.pass(Self.week)
    #expect(driver.coordinator.transactions.isEmpty)
    #expect(driver.coordinator.nextDeadline == nil)
    #expect(driver.end(producer, commit: true).code == .invalidProducerIDMapping)
    #expect(driver.start() == (.none, .init(102, 0)))
  }

  @Test func `a hanging transaction can be aborted by name`() {
    var driver = TransactionDriver()
    #expect(driver.abort() == .transactionalIDNotFound)
    let producer = driver.start().producer
    #expect(driver.abort() == .invalidTxnState)
    _ = driver.add("t", [0], producer)
    #expect(driver.abort() == .none)
    #expect(driver.abort() == .concurrentTransactions)
    driver.complete()
    #expect(driver.end(producer, commit: true).code == .producerFenced)
  }

  @Test func `KIP-664: transactions are described`() {
    var driver = TransactionDriver()
    let producer = driver.start(timeout: 5_000).producer
    driver.pass(10)
    _ = driver.add("t", [2, 0], producer)
    let description = driver.coordinator.describe("tx")
    #expect(description.errorCode == .none)
    #expect(description.transactionState == "Ongoing")
    #expect(description.transactionTimeoutMilliseconds == 5_000)
    #expect(description.transactionStartTimeMilliseconds == TransactionDriver.wallClock + 10)
    #expect((description.producerID, description.producerEpoch) == (100, 0))
    #expect(description.topics.map(\.topic) == ["t"])
    #expect(description.topics.map(\.partitions) == [[0, 2]])
    #expect(driver.coordinator.describe("no").errorCode == .transactionalIDNotFound)
    #expect(driver.coordinator.describe("").errorCode == .invalidRequest)
  }

  @Test func `KIP-664, KIP-994: transactions are listed by state, producer, duration and name`()
    throws
  {
    var driver = TransactionDriver()
    for id in ["c-1", "a-1", "b-2"] { _ = driver.start(id) }
    _ = driver.add("t", [0], .init(100, 0), id: "c-1")
    driver.uptime += 500
    func list(_ change: (inout ListTransactionsRequest) -> Void = { _ in }) throws -> [String] {
      var request = ListTransactionsRequest()
      change(&request)
      return try driver.coordinator.list(request, at: driver.now).transactionStates
        .map { "\($0.transactionalID) \($0.producerID) \($0.transactionState)" }
    }
    let all = try list()
    #expect(all == ["a-1 101 Empty", "b-2 102 Empty", "c-1 100 Ongoing"])
    let ongoing = try list { $0.stateFilters = ["Ongoing", "Nonsense"] }
    #expect(ongoing == ["c-1 100 Ongoing"])
    let nonsense = try list { $0.stateFilters = ["Nonsense"] }
    #expect(nonsense == [])
    let ofProducer = try list { $0.producerIDFilters = [102, 9] }
    #expect(ofProducer == ["b-2 102 Empty"])
    let named = try list { $0.transactionalIDPattern = ".*-1" }
    #expect(named == ["a-1 101 Empty", "c-1 100 Ongoing"])
    let lasting = try list { ($0.durationFilter, $0.stateFilters) = (499, ["Ongoing"]) }
    #expect(lasting == ["c-1 100 Ongoing"])
    let longer = try list { ($0.durationFilter, $0.stateFilters) = (500, ["Ongoing"]) }
    #expect(longer == [])
    #expect { try list { $0.transactionalIDPattern = "(" } } throws: {
      ($0 as? CoordinatorError)?.code == .invalidRegularExpression
    }
    var request = ListTransactionsRequest()
    request.stateFilters = ["Dead", "Nonsense"]
    let response = try driver.coordinator.list(request, at: driver.now)
    #expect(response.unknownStateFilters == ["Nonsense"])
  }

  @Test func `the limits are Kafka's defaults`() {
    #expect(TransactionSettings().maxTimeout == 900_000)
    #expect(TransactionSettings().idExpiration == 604_800_000)
  }
}
