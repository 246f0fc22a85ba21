import Testing
import VarveBase
import VarveCoordination
import VarveLog
import VarveProtocol
import VarveTestSupport

/// Oracle: the log that Kafka 4.0 wrote, and what its own tool prints of it.
struct TransactionGoldenTests {
  private struct Stored {
    let key: ByteSlice
    let value: ByteSlice
  }

  private static func stored(_ partition: Int) throws -> [Stored] {
    let file = "data/__transaction_state-\(partition)/00000000000000000000.log"
    let bytes = ByteSlice(try GoldenData.bytes(file))
    var stored: [Stored] = []
    var start = 0
    while start < bytes.count {
      guard let header = RecordBatchHeader(bytes.bytes, at: start) else { break }
      let batch = bytes.slice(start..<start + header.sizeInBytes)
      var records = try RecordIterator(batch.bytes)
      while let record = try records.next() {
        guard let key = record.key, let value = record.value else { continue }
        stored.append(Stored(key: ByteSlice(key), value: ByteSlice(value)))
      }
      start += header.sizeInBytes
    }
    return stored
  }

  /// What Kafka's tool says of each record, in its own words.
  private static func dump(_ partition: Int) throws -> [String] {
    return try GoldenData.lines("dump/__transaction_state-\(partition).txt").compactMap { line in
      line.firstRange(of: "key: transaction_metadata::").map { String(line[$0.upperBound...]) }
    }
  }

  private static func words(_ record: TransactionRecord) throws -> String {
    let value = try #require(record.value)
    let state = try #require(TransactionState(value))
    let partitions = (value.transactionPartitions ?? [])
      .flatMap { topic in topic.partitionIDs.map { "\(topic.topic)-\($0)" } }
    return "transactionalId=\(record.transactionalID) payload: producerId:\(state.producerID),"
      + "producerEpoch:\(state.epoch),state=\(state.status.name),"
      + "partitions=[\(partitions.joined(separator: ","))],"
      + "txnLastUpdateTimestamp=\(state.lastUpdate),txnTimeoutMs=\(state.timeout)"
  }

  @Test(arguments: [(1, 12), (3, 15)])
  func `every record says what Kafka's tool says, and is written again byte for byte`(
    partition: Int, count: Int
  ) throws {
    let stored = try Self.stored(partition)
    let dump = try Self.dump(partition)
    #expect(stored.count == count)
    #expect(dump.count == count)
    for (stored, line) in zip(stored, dump) {
      let read = try TransactionRecord(key: stored.key.bytes, value: stored.value.bytes)
      let record = try #require(read)
      let words = try Self.words(record)
      #expect(words == line)
      let value = try #require(record.value.flatMap { TransactionState($0) })
      let encoded = TransactionRecord(record.transactionalID, value.value).encoded
      #expect(Array(encoded.key) == Array(stored.key))
      #expect(encoded.value.map { Array($0) } == Array(stored.value))
    }
  }

  @Test func `a coordinator that replays Kafka's log is where Kafka was`() throws {
    var driver = TransactionDriver()
    var records: [TransactionRecord] = []
    for partition in [1, 3] {
      for stored in try Self.stored(partition) {
        let record = try TransactionRecord(key: stored.key.bytes, value: stored.value.bytes)
        records.append(try #require(record))
      }
    }
    driver.load(records)
    for line in try Self.dump(1).suffix(3) + Self.dump(3).suffix(5) {
      let id = try #require(line.wholeMatch(of: /transactionalId=(\S+) .*/)?.1)
      let last = try #require(records.last { $0.transactionalID == id })
      #expect(driver.state(String(id)).map(\.value) == last.value)
    }
    #expect(driver.state("tx-one")?.status == .completeCommit)
    #expect(driver.state("tx-two")?.status == .completeAbort)
    #expect(driver.producer("tx-two") == .init(2, 2))
    #expect(driver.state("aio")?.status == .completeCommit)
    #expect(driver.state("perf")?.status == .ongoing)
    #expect(driver.state("perf")?.partitions == ["tool-a": [1]])
    #expect(driver.coordinator.transactions.count == 4)
    #expect(driver.pending.isEmpty)
  }

  /// Kafka's broker aborted tx-two's last transaction, which its client had left open, 61 seconds
  /// after it began.
  @Test func `a transaction times out with the records that Kafka wrote`() throws {
    let stored = try Self.stored(1).prefix(10)
    let records = try stored.map { stored in
      let record = try TransactionRecord(key: stored.key.bytes, value: stored.value.bytes)
      return try #require(record)
    }
    let (prepared, completed) = (try #require(records[8].value), try #require(records[9].value))
    var driver = TransactionDriver()
    driver.wallClockShift =
      prepared.transactionStartTimestampMilliseconds - TransactionDriver.wallClock
    driver.load(Array(records[..<8]))
    driver.pass(60_000)
    var expected = prepared
    expected.transactionLastUpdateTimestampMilliseconds =
      prepared.transactionStartTimestampMilliseconds + 60_000
    #expect(driver.log.last?.value == expected)
    driver.complete()
    expected = completed
    expected.transactionLastUpdateTimestampMilliseconds =
      prepared.transactionStartTimestampMilliseconds + 60_000
    #expect(driver.log.last?.value == expected)
  }
}
