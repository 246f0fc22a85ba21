import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

@Suite struct TransactionIndexTests {
  private let scratch = Scratch()
  private static let golden = "data/txn-0/00000000000000000016.txnindex"

  private func open(_ name: String = "a.txnindex", base: Offset = 0) throws -> TransactionIndex {
    try TransactionIndex(scratch.files, path: scratch.path(name), baseOffset: base)
  }

  private func transaction(_ first: Int64, _ last: Int64, stable: Int64) -> AbortedTransaction {
    AbortedTransaction(
      producerID: 9, firstOffset: Offset(first), lastOffset: Offset(last),
      lastStableOffset: Offset(stable))
  }

  @Test("G04: Kafka's transaction index holds what its dump tool says, 34 bytes for each")
  func kafkaIndex() throws {
    let index = try TransactionIndex(
      LocalFileSystem(), path: Golden.path(Self.golden), baseOffset: 16)
    let lines = index.transactions.map {
      "version: 0 producerId: \($0.producerID) firstOffset: \($0.firstOffset) "
        + "lastOffset: \($0.lastOffset) lastStableOffset: \($0.lastStableOffset)"
    }
    #expect(try lines == Golden.dump("txn-0-00000000000000000016.txnindex"))
    try index.sanityCheck()
    let copy = try open(base: 16)
    for transaction in index.transactions { try copy.append(transaction) }
    #expect(try scratch.bytes("a.txnindex") == Golden.bytes(Self.golden))
  }

  @Test func `the file is made with the first transaction`() throws {
    let index = try open()
    #expect(index.isEmpty)
    #expect(try scratch.files.kind(of: scratch.path("a.txnindex")) == nil)
    try index.append(transaction(1, 5, stable: 6))
    try index.sync()
    #expect(try scratch.bytes("a.txnindex").count == 34)
    #expect(try open().transactions == [transaction(1, 5, stable: 6)])
  }

  /// The oracle reads every transaction: those that overlap, and whether the later ones could.
  @Test("lookups equal a scan", arguments: UInt64(1)...4)
  func lookups(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var table = ProducerStateTable()
    var all: [AbortedTransaction] = []
    let index = try open()
    var end: Offset = 0
    for _ in 0..<300 {
      let producer = Int64.random(in: 1...5, using: &random)
      if Bool.random(using: &random) {
        table.apply(
          ProducerBatch(
            producerID: producer, epoch: 0, firstSequence: -1, lastSequence: -1, firstOffset: end,
            lastOffset: end, timestamp: 0, isTransactional: true))
      } else {
        let marker = TransactionMarker(
          producerID: producer, producerEpoch: 0, coordinatorEpoch: 0, offset: end, timestamp: 0,
          isAbort: true)
        if let aborted = table.apply(marker) {
          all.append(aborted)
          try index.append(aborted)
        }
      }
      end = end + 1
    }
    for _ in 0..<500 {
      let start = Offset(Int64.random(in: 0..<end.rawValue, using: &random))
      let limit = start + Int64.random(in: 1...40, using: &random)
      let overlapping = all.filter { $0.lastOffset >= start && $0.firstOffset < limit }
      let found = index.aborted(from: start, to: limit)
      #expect(found.transactions == overlapping, "seed \(seed), \(start)..<\(limit)")
      if found.isComplete { #expect(all.contains { $0.lastStableOffset >= limit }) }
    }
  }

  @Test func `truncation drops transactions that end at or after the offset`() throws {
    let all = (1...5).map { transaction($0 * 10, $0 * 10 + 5, stable: $0 * 10 + 6) }
    for kept in 0...5 {
      let index = try open("\(kept).txnindex")
      for transaction in all { try index.append(transaction) }
      try index.truncate(to: Offset(Int64(kept) * 10 + 6))
      #expect(index.transactions == Array(all.prefix(kept)))
      #expect(try open("\(kept).txnindex").transactions == Array(all.prefix(kept)))
      try index.append(transaction(900, 905, stable: 906))
      #expect(try open("\(kept).txnindex").transactions.count == kept + 1)
      try index.reset()
      #expect(try open("\(kept).txnindex").isEmpty)
    }
  }

  @Test func `a transaction that is there already is not added again`() throws {
    let index = try open()
    try index.append(transaction(1, 5, stable: 6))
    try index.append(transaction(1, 5, stable: 6))
    #expect(try scratch.bytes("a.txnindex").count == 34)
  }

  @Test func `a file cut at any byte loses the transactions past the cut and no others`() throws {
    let whole = try Golden.bytes(Self.golden)
    for count in 0...whole.count {
      try scratch.write(Array(whole[..<count]), to: "cut\(count)")
      #expect(try open("cut\(count)").transactions.count == count / 34)
    }
  }

  @Test func `damage that can be seen is refused`() throws {
    let whole = try Golden.bytes(Self.golden)
    let damages: [(String, (inout [UInt8]) -> Void, LogError.Code)] = [
      ("version", { $0[1] = 1 }, .unsupportedVersion),
      ("producer id", { $0[2] = 0x80 }, .corrupt),
      ("first offset past the last", { $0[10] = 0x40 }, .corrupt),
      ("last offset before the segment", { $0[25] = 3 }, .corrupt),
      ("order", { $0[34 + 25] = 17 }, .corrupt),
    ]
    for (name, damage, code) in damages {
      var bytes = whole
      damage(&bytes)
      try scratch.write(bytes, to: name)
      let error = #expect(throws: LogError.self, "\(name)") {
        try open(name, base: 16).sanityCheck()
      }
      #expect(error?.code == code, "\(name)")
    }
  }

  @Test func `a renamed index goes on under its new name, with or without a file`() throws {
    let index = try open()
    try index.rename(to: scratch.path("b.txnindex"))
    try index.append(transaction(1, 5, stable: 6))
    try index.rename(to: scratch.path("c.txnindex"))
    try index.append(transaction(7, 8, stable: 9))
    #expect(try open("c.txnindex").transactions.count == 2)
    try index.remove()
    try index.remove()
    #expect(try scratch.files.kind(of: scratch.path("c.txnindex")) == nil)
  }
}
