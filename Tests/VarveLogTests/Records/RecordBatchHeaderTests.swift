import Testing
import VarveBase
import VarveLog

/// What the log sets in a header, and that the batch is sound afterwards.
@Suite struct RecordBatchHeaderTests {
  @Test func `offset and epoch are set without a new checksum`() throws {
    var batch = try sample()
    var header = try RecordBatch.checkedHeader(batch.span.bytes)
    header.baseOffset = 1_000_000
    header.partitionLeaderEpoch = 7
    write(header, to: &batch)
    let written = try RecordBatch.checkedHeader(batch.span.bytes)
    try RecordBatch.verifyChecksum(batch.span.bytes, header: written)
    #expect(written == header)
    #expect(try RecordModel.all(batch).map(\.offset) == [1_000_000, 1_000_001])
  }

  @Test(arguments: [1, -1, .min, .max, 0x0123_4567_89AB_CDEF] as [Int64])
  func `every field is written to its place in Kafka's format, and read from there`(
    number: Int64
  ) throws {
    let header = RecordBatchHeader(
      baseOffset: Offset(number), batchLength: Int32(truncatingIfNeeded: number &- 1),
      partitionLeaderEpoch: Int32(truncatingIfNeeded: number &- 2),
      magic: Int8(truncatingIfNeeded: number &- 3),
      checksum: UInt32(truncatingIfNeeded: number &- 4),
      attributes: RecordBatchAttributes(rawValue: Int16(truncatingIfNeeded: number &- 5)),
      lastOffsetDelta: Int32(truncatingIfNeeded: number &- 6),
      baseTimestamp: Timestamp(number &- 7), maxTimestamp: Timestamp(number &- 8),
      producerID: number &- 9, producerEpoch: Int16(truncatingIfNeeded: number &- 10),
      baseSequence: Int32(truncatingIfNeeded: number &- 11),
      recordCount: Int32(truncatingIfNeeded: number &- 12))
    let sizes = [8, 4, 4, 1, 4, 2, 4, 8, 8, 8, 2, 4, 4]
    let definition = sizes.enumerated().flatMap { index, size in
      (0..<size).reversed().map { UInt8(truncatingIfNeeded: (number &- Int64(index)) >> ($0 * 8)) }
    }
    var bytes = [UInt8](repeating: 0xEE, count: RecordBatchHeader.byteCount)
    write(header, to: &bytes)
    #expect(bytes == definition)
    let read = RecordBatchHeader(bytes.span.bytes)
    #expect(read == header)
  }

  @Test func `the time of the append is every record's`() throws {
    var batch = try sample()
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    write(header.settingLogAppendTime(5000, over: payload(of: batch)), to: &batch)
    let written = try RecordBatch.checkedHeader(batch.span.bytes)
    try RecordBatch.verifyChecksum(batch.span.bytes, header: written)
    #expect(written.attributes.timestampType == .logAppend && written.maxTimestamp == 5000)
    #expect(written.baseTimestamp == header.baseTimestamp)
    #expect(try RecordModel.all(batch).map(\.timestamp) == [5000, 5000])
  }

  @Test func `a largest time that a client got wrong is put right`() throws {
    var batch = try sample()
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    #expect(header.settingMaxTimestamp(2000, over: payload(of: batch)) == header)
    write(header.settingMaxTimestamp(1999, over: payload(of: batch)), to: &batch)
    let written = try RecordBatch.checkedHeader(batch.span.bytes)
    try RecordBatch.verifyChecksum(batch.span.bytes, header: written)
    #expect(written.maxTimestamp == 1999)
    #expect(try RecordModel.all(batch).map(\.timestamp) == [1000, 2000])
  }

  @Test func `attributes are the bits of Kafka's format`() {
    #expect(RecordBatchAttributes(codec: .zstd).rawValue == 4)
    #expect(RecordBatchAttributes(timestampType: .logAppend).rawValue == 8)
    #expect(RecordBatchAttributes(isTransactional: true).rawValue == 16)
    #expect(RecordBatchAttributes(isControl: true).rawValue == 32)
    #expect(RecordBatchAttributes(hasDeleteHorizon: true).rawValue == 64)
    #expect(RecordBatchAttributes(rawValue: 5).codec == nil)
  }

  private func sample() throws -> [UInt8] {
    var builder = RecordBatchBuilder()
    try builder.append(timestamp: 1000, key: nil, value: ByteSlice([1]))
    try builder.append(timestamp: 2000, key: nil, value: ByteSlice([2]))
    try builder.finish()
    return array(builder.bytes)
  }

  @_lifetime(borrow batch)
  private func payload(of batch: borrowing [UInt8]) -> RawSpan {
    batch.span.bytes.extracting(droppingFirst: RecordBatchHeader.byteCount)
  }

  private func write(_ header: RecordBatchHeader, to batch: inout [UInt8]) {
    var span = batch.mutableSpan
    var bytes = span.mutableBytes
    header.write(to: &bytes)
  }
}
