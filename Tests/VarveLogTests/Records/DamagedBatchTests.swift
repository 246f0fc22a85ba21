import Testing
import VarveBase
import VarveLog

/// What is found when a batch is damaged: everything that its checksum covers, and more.
@Suite struct DamagedBatchTests {
  @Test("G09: a batch cut short is reported, wherever it is cut")
  func truncations() throws {
    let batch = try sample()
    for count in 0..<batch.count {
      let error = #expect(throws: RecordBatchError.self) { try accept(Array(batch[..<count])) }
      #expect(error?.code == .truncated, "\(count) bytes")
    }
  }

  /// The offset and the leader epoch are the log's to set, so that the checksum leaves them out;
  /// the log finds damage there by the order of its batches.
  @Test("G09: any flipped bit that the checksum covers is reported")
  func bitFlips() throws {
    let batch = try sample()
    let uncovered = Set(0..<8).union(12..<16)
    for place in batch.indices where !uncovered.contains(place) {
      for bit in 0..<8 {
        var damaged = batch
        damaged[place] ^= 1 << bit
        #expect(throws: RecordBatchError.self, "byte \(place), bit \(bit)") {
          try accept(damaged)
        }
      }
    }
  }

  /// A damage that a sender with a sound checksum can do, and what must be said of it.
  struct Damage: CustomTestStringConvertible {
    let testDescription: String
    let code: RecordBatchError.Code
    let apply: @Sendable (inout [UInt8]) -> Void

    init(
      _ name: String, _ code: RecordBatchError.Code,
      _ apply: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
      testDescription = name
      self.code = code
      self.apply = apply
    }
  }

  static let damages: [Damage] = [
    Damage("no batch", .truncated) { $0 = [] },
    Damage("a length below the header's", .badLength) { $0[11] = 48 },
    Damage("a negative length", .badLength) { $0[8] = 0x80 },
    Damage("format 1", .unsupportedMagic) { $0[16] = 1 },
    Damage("a negative last offset delta", .badLength) { $0[23] = 0xFF },
    Damage("a negative count", .badLength) { $0[57] = 0x80 },
    Damage("more records than offsets", .badLength) { $0[60] = 9 },
    Damage("more records than bytes", .badLength) {
      $0[57] = 1; $0[23] = 1
    },
    Damage("a negative base offset", .badLength) { $0[0] = 0xFF },
    Damage("fewer records than there are", .malformedRecord) { $0[60] = 2 },
    Damage("a record that is longer than the batch", .malformedRecord) { $0[61] = 0x7E },
    Damage("a record of length 0", .malformedRecord) { $0[61] = 0 },
    Damage("a record of negative length", .malformedRecord) { $0[61] = 1 },
    Damage("a key that is longer than the record", .malformedRecord) { $0[65] = 0x7E },
    Damage("a key of length -2", .malformedRecord) { $0[65] = 3 },
    Damage("a negative offset delta", .malformedRecord) { $0[64] = 1 },
    Damage("an offset past the batch's last", .malformedRecord) { $0[64] = 6 },
    Damage("a number that does not end", .malformedRecord) { for i in 61..<66 { $0[i] = 0xFF } },
    Damage("a header that is not there", .malformedRecord) { $0[68] = 2 },
    Damage("a negative number of headers", .malformedRecord) { $0[68] = 1 },
  ]

  @Test(arguments: damages)
  func `a sound checksum does not hide what is wrong`(damage: Damage) throws {
    var builder = RecordBatchBuilder()
    for value in 0..<3 as Range<UInt8> {
      try builder.append(timestamp: 0, key: nil, value: ByteSlice([value]))
    }
    try builder.finish()
    var batch = array(builder.bytes)
    damage.apply(&batch)
    let error = #expect(throws: RecordBatchError.self) {
      var records = try RecordIterator(batch.span.bytes)
      _ = try RecordModel.all(&records)
    }
    #expect(error?.code == damage.code)
    #expect(error?.message.isEmpty == false)
  }

  private func sample() throws -> [UInt8] {
    var builder = RecordBatchBuilder(producerID: 5, producerEpoch: 0, baseSequence: 0)
    let header = RecordHeader(key: "trace", value: ByteSlice([1, 2]))
    for index in 0..<3 as Range<Int64> {
      try builder.append(
        RecordModel(
          offset: index, timestamp: 1000 + index, key: Array("key".utf8),
          value: Array("value \(index)".utf8), headers: [header]))
    }
    try builder.finish()
    return array(builder.bytes)
  }

  /// Takes a batch as a reader of the log does.
  private func accept(_ batch: [UInt8]) throws(RecordBatchError) {
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    try RecordBatch.verifyChecksum(batch.span.bytes, header: header)
    var records = try RecordIterator(batch.span.bytes)
    _ = try RecordModel.all(&records)
  }
}
