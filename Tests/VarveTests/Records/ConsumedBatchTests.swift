import Testing
import Varve
import VarveLog
import VarveTestKit

/// What was stored is what a reader is shown: each test builds stored batches from plain records
/// and compares with those.
@Suite struct ConsumedBatchTests {
  private static let three = [
    PlainRecord(10, key: "a", value: "one"), PlainRecord(11, key: nil, value: "two"),
    PlainRecord(12, key: "", value: nil, headers: [Header("h", "1"), Header("h", nil)]),
  ]

  @Test("G17: headers with null values and duplicate names come back as they went")
  func headers() throws {
    var stored = StoredBatches()
    try stored.add(Self.three)
    let batch = try ConsumedBatch(
      stored.slice(end: 13), of: orders, ConsumedBatch.Filter(from: 10))
    #expect(plain(batch) == Self.three)
    let last = try #require(batch.map(\.self).last)
    #expect(last.headers == [Header("h", "1"), Header("h", nil)])
    #expect(last.header("h") == nil && last.header("none") == nil)
    #expect(last.key == ByteSlice() && last.keyText == "" && last.text == nil)
  }

  @Test(arguments: CompressionCodec.allCases.filter(\.isAvailable))
  func `stored and compressed batches may lie one after the other`(codec: CompressionCodec) throws {
    var stored = StoredBatches()
    try stored.add(Self.three)
    try stored.add([PlainRecord(13), PlainRecord(14)], codec: codec)
    try stored.add([PlainRecord(20, value: "after a gap")])
    let batch = try ConsumedBatch(
      stored.slice(end: 25), of: orders, ConsumedBatch.Filter(from: 10))
    let expected =
      Self.three + [PlainRecord(13), PlainRecord(14), PlainRecord(20, value: "after a gap")]
    #expect(plain(batch) == expected)
    #expect(batch.nextOffset == 21 && batch.endOffset == 25 && batch.lag == 4)
    #expect(batch.topic == orders.topic && batch.partition == 0)
    #expect(batch.description == "6 records of orders-0 before 21")
  }

  @Test func `every range of offsets shows what lies in it`() throws {
    var stored = StoredBatches()
    try stored.add(Self.three)
    try stored.add([PlainRecord(13), PlainRecord(15)], codec: .gzip)
    try stored.add([PlainRecord(16)])
    let all = Self.three + [PlainRecord(13), PlainRecord(15), PlainRecord(16)]
    for from in Int64(10)...18 {
      for to in from...18 {
        let batch = try ConsumedBatch(
          stored.slice(end: 17), of: orders, ConsumedBatch.Filter(Offset(from)..<Offset(to)))
        #expect(plain(batch) == all.filter { (from..<to).contains($0.offset) }, "\(from)..<\(to)")
        #expect(batch.nextOffset == Offset(max(from, min(to, 17))), "\(from)..<\(to)")
      }
    }
  }

  @Test func `a last batch cut at any byte is left for the next read`() throws {
    var stored = StoredBatches()
    try stored.add(Self.three)
    let whole = stored.bytes.count
    try stored.add([PlainRecord(13)])
    for count in whole..<stored.bytes.count {
      var cut = stored
      cut.bytes.removeSubrange(count...)
      let batch = try ConsumedBatch(cut.slice(end: 14), of: orders, ConsumedBatch.Filter(from: 10))
      #expect(plain(batch) == Self.three, "\(count) bytes")
      #expect(batch.nextOffset == 13)
    }
  }

  @Test func `markers and aborted records are passed over, their offsets counted`() throws {
    var stored = StoredBatches()
    try stored.add([PlainRecord(0, value: "aborted")], producer: 7)
    try stored.add([PlainRecord(1, value: "other")], producer: 8)
    try stored.add([PlainRecord(2, value: "plain")])
    try stored.add([PlainRecord(3, value: "marker")], producer: 7, isControl: true)
    try stored.add([PlainRecord(4, value: "later")], producer: 7)
    try stored.add([PlainRecord(5, value: "marker")], producer: 7, isControl: true)
    stored.aborted = [
      AbortedTransaction(producerID: 7, firstOffset: 0, lastOffset: 3, lastStableOffset: 4)
    ]
    let committed = try ConsumedBatch(
      stored.slice(end: 6), of: orders,
      ConsumedBatch.Filter(from: 0, isolation: .readCommitted))
    #expect(committed.map(\.text) == ["other", "plain", "later"])
    #expect(plain(committed).map(\.offset) == [1, 2, 4] && committed.nextOffset == 6)
    let all = try ConsumedBatch(stored.slice(end: 6), of: orders, ConsumedBatch.Filter(from: 0))
    #expect(all.map(\.text) == ["aborted", "other", "plain", "later"])
  }

  @Test func `a bit flipped anywhere in a batch is found by its checksum`() throws {
    var stored = StoredBatches()
    try stored.add(Self.three)
    // The base offset, the length, the epoch and the magic come before what is covered.
    for position in 17..<stored.bytes.count {
      var damaged = stored
      damaged.bytes[position] ^= 1 << UInt8(position % 8)
      #expect(throws: VarveError.self, "byte \(position)") {
        try ConsumedBatch(damaged.slice(end: 13), of: orders, ConsumedBatch.Filter(from: 10))
      }
    }
  }

  @Test func `without checksums, damage is an error or other records, never a trap`() throws {
    var stored = StoredBatches()
    try stored.add(Self.three)
    for seed in TestShare.seeds(2_000, long: 200_000) {
      var generator = SeededGenerator(seed: seed)
      var damaged = stored
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = Int.random(in: 0..<damaged.bytes.count, using: &generator)
        damaged.bytes[position] = UInt8.random(in: 0...255, using: &generator)
      }
      let batch = try? ConsumedBatch(
        damaged.slice(end: 13), of: orders,
        ConsumedBatch.Filter(from: 0, verifiesChecksums: false))
      if let batch { _ = plain(batch) }
    }
  }

  @Test func `records outlive the batch that they came in`() throws {
    var stored = StoredBatches()
    try stored.add(Self.three, codec: .gzip)
    var kept: [Record] = []
    do {
      let batch = try ConsumedBatch(
        stored.slice(end: 13), of: orders, ConsumedBatch.Filter(from: 10))
      kept = Array(batch)
      #expect(Array(batch) == kept)
    }
    #expect(kept.map { PlainRecord($0) } == Self.three)
    #expect(kept[0].description == "10 @1000 a one" && kept[0].sizeInBytes == 10)
  }

  @Test func `an error thrown in the loop ends it`() throws {
    struct Enough: Error {}
    var stored = StoredBatches()
    try stored.add(Self.three)
    let batch = try ConsumedBatch(
      stored.slice(end: 13), of: orders, ConsumedBatch.Filter(from: 10))
    var seen = 0
    #expect(throws: Enough.self) {
      try batch.forEachRecord { (record: borrowing BorrowedRecord) throws(Enough) in
        seen += record.headerCount + 1
        if record.offset == 11 { throw Enough() }
      }
    }
    #expect(seen == 2)
  }
}
