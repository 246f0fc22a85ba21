import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// What the builder writes, the iterator reads: random batches against a list of plain values.
@Suite struct RecordBatchBuilderTests {
  @Test(arguments: [1, 2, 3, 0xDEAD_BEEF] as [UInt64])
  func `records come back as they were appended`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var builder = RecordBatchBuilder()
    for round in 0..<20 {
      builder.baseOffset = Offset(Int64.random(in: 0...1 << 50, using: &random))
      let models = randomModels(from: builder.baseOffset.rawValue, using: &random)
      builder.reset()
      for model in models { try builder.append(model) }
      try builder.finish()
      let batch = array(builder.bytes)
      let read = try RecordModel.all(batch)
      #expect(read == models, "seed \(seed), round \(round)")
      let header = try RecordBatch.checkedHeader(batch.span.bytes)
      try RecordBatch.verifyChecksum(batch.span.bytes, header: header)
      #expect(header.sizeInBytes == batch.count)
      #expect(header.recordCount == models.count)
      #expect(header.lastOffset.rawValue == models.last?.offset)
      #expect(header.baseTimestamp.rawValue == models.first?.timestamp)
      #expect(header.maxTimestamp.rawValue == models.map(\.timestamp).max())
    }
  }

  @Test func `a batch without records keeps its range of offsets`() throws {
    var builder = RecordBatchBuilder(
      producerID: 7, producerEpoch: 1, baseSequence: 3, baseOffset: 100)
    builder.lastOffset = 109
    builder.maxTimestampIfEmpty = 1234
    try builder.finish()
    let batch = array(builder.bytes)
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    #expect(batch.count == 61)
    #expect(header.lastOffset == 109 && header.nextOffset == 110 && header.lastSequence == 12)
    #expect(header.baseTimestamp == 1234 && header.maxTimestamp == 1234)
    #expect(try RecordModel.all(batch).isEmpty)
  }

  @Test(arguments: [CompressionCodec.none, .gzip], [0, 1, 50])
  func `finishing hands out the batch`(codec: CompressionCodec, count: Int) throws {
    var builder = RecordBatchBuilder(codec: codec)
    for time in 0..<count {
      try builder.append(timestamp: Timestamp(Int64(time)), key: nil, value: ByteSlice([1, 2, 3]))
    }
    let handedOut = array(try builder.finish())
    #expect(handedOut == array(builder.bytes))
    let header = try RecordBatch.checkedHeader(handedOut.span.bytes)
    try RecordBatch.verifyChecksum(handedOut.span.bytes, header: header)
    #expect(header.recordCount == count && header.sizeInBytes == handedOut.count)
  }

  @Test func `offsets that do not grow are refused`() throws {
    var builder = RecordBatchBuilder(baseOffset: 10)
    try builder.append(offset: 12, timestamp: 0, key: nil, value: nil)
    let error = #expect(throws: RecordBatchError.self) {
      try builder.append(offset: 12, timestamp: 0, key: nil, value: nil)
    }
    #expect(error?.code == .malformedRecord)
    #expect(throws: RecordBatchError.self) {
      try builder.append(offset: 10 + 1 << 31, timestamp: 0, key: nil, value: nil)
    }
  }

  @Test func `a last offset before a record's is refused`() throws {
    var builder = RecordBatchBuilder(baseOffset: 10)
    builder.lastOffset = 11
    try builder.append(offset: 12, timestamp: 0, key: nil, value: nil)
    let error = #expect(throws: RecordBatchError.self) { try builder.finish() }
    #expect(error?.code == .badLength)
  }

  @Test func `sequence numbers start again at 0`() {
    #expect(RecordBatchHeader.sequence(Int32.max, advancedBy: 1) == 0)
    #expect(RecordBatchHeader.sequence(Int32.max - 1, advancedBy: 4) == 2)
    #expect(RecordBatchHeader(lastOffsetDelta: 3, baseSequence: 5).lastSequence == 8)
    #expect(RecordBatchHeader(lastOffsetDelta: 3).lastSequence == -1)
  }

  private func randomModels(from base: Int64, using random: inout SeededGenerator) -> [RecordModel]
  {
    var offset = base
    return (0..<Int.random(in: 1...40, using: &random)).map { index in
      if index > 0 { offset += [1, 1, 1, 2, 70, 20_000].randomElement(using: &random)! }
      return RecordModel(
        offset: offset, timestamp: Int64.random(in: -1...1 << 45, using: &random),
        key: randomBytes(using: &random), value: randomBytes(using: &random),
        headers: (0..<[0, 0, 0, 1, 3, 70].randomElement(using: &random)!).map { _ in
          RecordHeader(
            key: ByteSlice(random.bytes(Int.random(in: 0...70, using: &random))),
            value: Bool.random(using: &random) ? nil : ByteSlice(random.bytes(3)))
        })
    }
  }

  private func randomBytes(using random: inout SeededGenerator) -> [UInt8]? {
    let count = [-1, 0, 1, 5, 63, 64, 100, 8191, 8192].randomElement(using: &random)!
    return count < 0 ? nil : [UInt8](repeating: UInt8(count % 251), count: count)
  }
}
