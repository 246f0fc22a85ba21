import Testing
import VarveBase
import VarveLog

/// The batches of the data directory that Kafka wrote.
@Suite struct GoldenBatchTests {
  @Test func `every batch of every log verifies`() throws {
    var batchCount = 0
    for file in try GoldenData.dataFiles(".log") {
      for batch in try batches(of: file) {
        let header = try RecordBatch.checkedHeader(batch.span.bytes)
        try RecordBatch.verifyChecksum(batch.span.bytes, header: header)
        batchCount += 1
      }
    }
    #expect(batchCount > 400)
  }

  @Test("G04: uncompressed batches, taken apart and built again, are the same bytes")
  func rebuiltBatches() throws {
    var batchCount = 0
    for file in try GoldenData.dataFiles(".log") {
      for batch in try batches(of: file) {
        let header = try RecordBatch.checkedHeader(batch.span.bytes)
        guard header.attributes.codec == CompressionCodec.none else { continue }
        #expect(try rebuild(batch, header: header) == batch, "\(file) at \(header.baseOffset)")
        batchCount += 1
      }
    }
    #expect(batchCount > 300)
  }

  /// Builds the batch again from its records and the few fields that are not in them.
  private func rebuild(_ batch: [UInt8], header: RecordBatchHeader) throws -> [UInt8] {
    var builder = RecordBatchBuilder(
      producerID: header.producerID, producerEpoch: header.producerEpoch,
      baseSequence: header.baseSequence, isTransactional: header.attributes.isTransactional,
      isControl: header.attributes.isControl, baseOffset: header.baseOffset,
      partitionLeaderEpoch: header.partitionLeaderEpoch)
    builder.deleteHorizon = header.deleteHorizon
    builder.lastOffset = header.lastOffset
    builder.maxTimestampIfEmpty = header.maxTimestamp
    // Where the log set the time, the producer's are still in the records.
    var producerHeader = header
    producerHeader.attributes.timestampType = .create
    let payload = batch.span.bytes.extracting(droppingFirst: RecordBatchHeader.byteCount)
    var records = RecordIterator(payload: payload, header: producerHeader)
    while let record = try records.next() { try builder.append(record) }
    try builder.finish()
    var rebuilt = array(builder.bytes)
    if header.attributes.timestampType == .logAppend {
      let written = try RecordBatch.checkedHeader(rebuilt.span.bytes)
      let assigned = written.settingLogAppendTime(header.maxTimestamp, over: payload)
      var span = rebuilt.mutableSpan
      var bytes = span.mutableBytes
      assigned.write(to: &bytes)
    }
    return rebuilt
  }

  private func batches(of file: String) throws -> [[UInt8]] {
    try splitIntoBatches(GoldenData.bytes("data/\(file)"))
  }
}

/// The batches of a log file, one after the other to its end or to the first zero length.
func splitIntoBatches(_ log: [UInt8]) throws -> [[UInt8]] {
  var batches: [[UInt8]] = []
  var position = 0
  while log.count - position >= 12, log[position + 8..<position + 12] != [0, 0, 0, 0] {
    let header = try RecordBatch.checkedHeader(log.span.bytes, at: position)
    batches.append(Array(log[position..<position + header.sizeInBytes]))
    position += header.sizeInBytes
  }
  return batches
}
