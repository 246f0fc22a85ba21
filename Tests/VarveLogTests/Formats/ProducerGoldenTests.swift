import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Kafka's dump of a log is what was appended; its snapshots and transaction index are what it made
/// of that.
@Suite struct ProducerGoldenTests {
  /// `name: value` pairs of a dump's line; a name that comes twice keeps its first value.
  private func fields(_ line: String) -> [String: String] {
    let words = line.split(separator: " ")
    var fields: [String: String] = [:]
    for (name, value) in zip(words, words.dropFirst()) where name.hasSuffix(":") {
      fields[String(name.dropLast())] = fields[String(name.dropLast())] ?? String(value)
    }
    return fields
  }

  /// Applies the batches of a dump; returns the aborted transactions.
  private func replay(
    _ lines: [String], into table: inout ProducerStateTable
  ) throws -> [AbortedTransaction] {
    var aborted: [AbortedTransaction] = []
    for (line, next) in zip(lines, lines.dropFirst() + [""]) where line.hasPrefix("baseOffset") {
      let batch = fields(line)
      func number<Value: FixedWidthInteger>(_ name: String) throws -> Value {
        try #require(batch[name].flatMap { Value($0) })
      }
      let producerID: Int64 = try number("producerId")
      guard producerID >= 0 else {
        table.advance(to: Offset(try number("lastOffset")) + 1)
        continue
      }
      guard batch["isControl"] == "true" else {
        let record = ProducerBatch(
          producerID: producerID, epoch: try number("producerEpoch"),
          firstSequence: try number("baseSequence"), lastSequence: try number("lastSequence"),
          firstOffset: Offset(try number("baseOffset")),
          lastOffset: Offset(try number("lastOffset")),
          timestamp: Timestamp(try number("CreateTime")),
          isTransactional: batch["isTransactional"] == "true")
        #expect(try table.check(record) == nil)
        table.apply(record)
        continue
      }
      let record = fields(next)
      let marker = TransactionMarker(
        producerID: producerID, producerEpoch: try number("producerEpoch"),
        coordinatorEpoch: try #require(record["coordinatorEpoch"].flatMap { Int32($0) }),
        offset: Offset(try number("baseOffset")), timestamp: Timestamp(try number("CreateTime")),
        isAbort: record["endTxnMarker"] == "ABORT")
      try table.check(marker)
      if let transaction = table.apply(marker) { aborted.append(transaction) }
    }
    return aborted
  }

  private func snapshot(_ name: String) throws -> [ProducerState] {
    let bytes = try Golden.bytes("data/\(name).snapshot")
    return try bytes.withRawSpan { try ProducerSnapshot.decode($0, file: name) }
  }

  /// The states with only the newest batch of each, and its time that of the state: what a
  /// snapshot keeps.
  private func states(_ table: ProducerStateTable) throws -> [ProducerState] {
    let states = table.producers.values.sorted { $0.producerID < $1.producerID }
    return try ProducerSnapshot.encode(states).withRawSpan {
      try ProducerSnapshot.decode($0, file: "")
    }
  }

  @Test("Kafka's log gives Kafka's snapshots and Kafka's aborted transactions")
  func transactions() throws {
    var table = ProducerStateTable()
    var aborted = try replay(
      Golden.dump("txn-0-00000000000000000000.log"), into: &table)
    #expect(aborted.isEmpty)
    #expect(table.endOffset == 16)
    #expect(table.firstUndecidedOffset == 3)
    #expect(try states(table) == snapshot("txn-0/00000000000000000016"))
    aborted = try replay(Golden.dump("txn-0-00000000000000000016.log"), into: &table)
    #expect(try states(table) == snapshot("txn-0/00000000000000000033"))
    #expect(table.endOffset == 33)
    #expect(table.firstUndecidedOffset == nil)
    let index = try TransactionIndex(
      LocalFileSystem(), path: Golden.path("data/txn-0/00000000000000000016.txnindex"),
      baseOffset: 16)
    #expect(index.transactions == aborted)
  }

  @Test func `Kafka's snapshots hold what its dump tool says`() throws {
    for name in try Golden.files(".snapshot") {
      guard let expected = try? Golden.dump(name.replacing("/", with: "-")) else { continue }
      let states = try snapshot(String(name.dropLast(".snapshot".count)))
      #expect(states.count == expected.count, "\(name)")
      for (state, line) in zip(states, expected) {
        let fields = fields(line)
        let batch = try #require(state.batches.last)
        let start = state.transactionStart.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
        #expect(fields["producerId"] == "\(state.producerID)")
        #expect(fields["producerEpoch"] == "\(state.epoch)")
        #expect(fields["coordinatorEpoch"] == "\(state.coordinatorEpoch)")
        #expect(fields["currentTxnFirstOffset"] == start)
        #expect(fields["lastTimestamp"] == "\(state.lastTimestamp)")
        #expect(fields["firstSequence"] == "\(batch.firstSequence)")
        #expect(fields["lastSequence"] == "\(batch.lastSequence)")
        #expect(fields["lastOffset"] == "\(batch.lastOffset)")
        #expect(fields["offsetDelta"] == "\(batch.offsetDelta)")
        #expect(fields["timestamp"] == "\(batch.timestamp)")
      }
    }
  }

  @Test("G04: snapshots written again are Kafka's bytes")
  func sameBytes() throws {
    for name in try Golden.files(".snapshot") {
      let states = try snapshot(String(name.dropLast(".snapshot".count)))
      #expect(try ProducerSnapshot.encode(states) == Golden.bytes("data/\(name)"), "\(name)")
    }
  }

  @Test func `a snapshot with any bit flipped, or cut anywhere, is refused`() throws {
    let whole = try Golden.bytes("data/txn-0/00000000000000000016.snapshot")
    for bit in 0..<whole.count * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let error = #expect(throws: LogError.self, "bit \(bit)") {
        try bytes.withRawSpan { _ = try ProducerSnapshot.decode($0, file: "s.snapshot") }
      }
      #expect(error?.code == (bit < 16 ? .unsupportedVersion : .corrupt), "bit \(bit)")
      #expect(error?.file == "s.snapshot")
    }
    for count in 0..<whole.count {
      #expect(throws: LogError.self, "cut at \(count)") {
        try Array(whole[..<count]).withRawSpan { _ = try ProducerSnapshot.decode($0, file: "s") }
      }
    }
  }

  @Test func `a snapshot file is read back, and a missing one is none`() throws {
    let scratch = Scratch()
    var table = ProducerStateTable()
    _ = try replay(Golden.dump("txn-0-00000000000000000000.log"), into: &table)
    let path = try scratch.path("00000000000000000016.snapshot")
    #expect(try ProducerSnapshot.read(path, endOffset: 16, on: scratch.files) == nil)
    try ProducerSnapshot.write(table, to: path, on: scratch.files)
    let name = "txn-0/00000000000000000016.snapshot"
    #expect(try scratch.bytes("00000000000000000016.snapshot") == Golden.bytes("data/\(name)"))
    let read = try ProducerSnapshot.read(path, endOffset: 16, on: scratch.files)
    #expect(read?.firstUndecidedOffset == 3)
    #expect(read?.endOffset == 16)
  }
}
