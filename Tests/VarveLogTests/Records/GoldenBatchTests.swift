import Testing
import VarveBase
import VarveLog
import VarveTestSupport

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

  private static let hasAllCodecs = CompressionCodec.allCases.allSatisfy(\.isAvailable)

  /// What a client read from Kafka, against what is read from Kafka's files.
  @Test(
    "G12, G04: Kafka's records read as its clients read them", .enabled(if: hasAllCodecs),
    arguments: [
      "codecs-0", "appendtime-0", "segments-0", "segments-1", "txn-0", "compact-0", "trimmed-0",
    ])
  func records(partition: String) throws {
    // Kafka's log start offset of this one is 3000, of the others 0. Of codecs-0, records came in
    // after the client had read it.
    let all = try #require(try GoldenData.records()[partition])
    let first = all[0].offset
    let last = all[all.count - 1].offset
    var read: [GoldenRecord] = []
    var decompressor = RecordBatchDecompressor()
    for file in try GoldenData.dataFiles(".log") where file.hasPrefix("\(partition)/") {
      for batch in try batches(of: file) {
        let header = try RecordBatch.checkedHeader(batch.span.bytes)
        if header.attributes.isControl { continue }
        let type = header.attributes.timestampType == .create ? 1 : 2
        read += try RecordModel.all(batch, with: &decompressor).map { model in
          GoldenRecord(
            offset: model.offset, timestamp: model.timestamp, timestampType: type, key: model.key,
            value: model.value,
            headers: model.headers.map {
              GoldenRecord.Header(key: $0.key.description, value: $0.value.map(Array.init))
            })
        }
      }
    }
    read.removeAll { $0.offset < first || $0.offset > last }
    #expect(read.count == all.count)
    let difference = zip(read, all).first { $0 != $1 }
    #expect(difference == nil, "\(String(describing: difference))")
  }

  @Test(
    "G12: batches of every codec, built again with it, hold the same records",
    .enabled(if: hasAllCodecs))
  func recompressedBatches() throws {
    var counts: [CompressionCodec: Int] = [:]
    var decompressor = RecordBatchDecompressor()
    for file in try GoldenData.dataFiles(".log") {
      for batch in try batches(of: file) {
        let header = try RecordBatch.checkedHeader(batch.span.bytes)
        let codec = try #require(header.attributes.codec)
        guard codec != .none else { continue }
        let models = try RecordModel.all(batch, with: &decompressor)
        var builder = RecordBatchBuilder(codec: codec)
        builder.reset(like: header)
        for model in models { try builder.append(model) }
        try builder.finish()
        #expect(try RecordModel.all(array(builder.bytes), with: &decompressor) == models)
        counts[codec, default: 0] += 1
      }
    }
    #expect(Set(counts.keys) == [.gzip, .snappy, .lz4, .zstd])
  }

  /// Every header field that Kafka's dump tool prints, and its control records.
  @Test func `headers and control records are what Kafka's dump tool prints`() throws {
    var lineCount = 0
    for file in try GoldenData.dataFiles(".log") where !file.hasPrefix("_") {
      let name = "dump/" + file.replacing("/", with: "-") + ".txt"
      guard let text = (try? GoldenData.text(name)) ?? (try? GoldenData.text(name + ".gz"))
      else { continue }
      let lines = text.split(separator: "\n").map(String.init)
      let ours = try batches(of: file).flatMap { try describe($0) }
      let batchLines = lines.filter { $0.hasPrefix("baseOffset") }
        .map { $0.replacing(/\ position: \d+/, with: "") }
      let controlLines = lines.compactMap { line in
        line.firstMatch(of: /\| offset: (\d+) .*endTxnMarker: (\w+) coordinatorEpoch: (\d+)/)
          .map { "marker \($0.output.1) \($0.output.2) \($0.output.3)" }
      }
      #expect(ours.filter { !$0.hasPrefix("marker") } == batchLines, "\(file)")
      #expect(ours.filter { $0.hasPrefix("marker") } == controlLines, "\(file)")
      lineCount += batchLines.count
    }
    #expect(lineCount > 300)
  }

  /// A batch in the words of Kafka's dump tool, its markers after it.
  private func describe(_ batch: [UInt8]) throws -> [String] {
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    let attributes = header.attributes
    let codec = try #require(attributes.codec)
    let horizon = header.deleteHorizon.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
    let type = attributes.timestampType == .create ? "CreateTime" : "LogAppendTime"
    var lines = [
      "baseOffset: \(header.baseOffset) lastOffset: \(header.lastOffset) "
        + "count: \(header.recordCount) baseSequence: \(header.baseSequence) "
        + "lastSequence: \(header.lastSequence) producerId: \(header.producerID) "
        + "producerEpoch: \(header.producerEpoch) "
        + "partitionLeaderEpoch: \(header.partitionLeaderEpoch) "
        + "isTransactional: \(attributes.isTransactional) isControl: \(attributes.isControl) "
        + "deleteHorizonMs: \(horizon) \(type): \(header.maxTimestamp) "
        + "size: \(header.sizeInBytes) magic: \(header.magic) "
        + "compresscodec: \(codec.name) crc: \(header.checksum) isvalid: true"
    ]
    guard attributes.isControl else { return lines }
    var records = try RecordIterator(batch.span.bytes)
    while let record = try records.next() {
      switch try ControlRecord(record) {
      case .commit(let epoch): lines.append("marker \(record.offset) COMMIT \(epoch)")
      case .abort(let epoch): lines.append("marker \(record.offset) ABORT \(epoch)")
      default: break
      }
    }
    return lines
  }

  /// Builds the batch again from its records and the few fields that are not in them.
  private func rebuild(_ batch: [UInt8], header: RecordBatchHeader) throws -> [UInt8] {
    var builder = RecordBatchBuilder()
    // Where the log set the time, the producer's are still in the records.
    var producerHeader = header
    producerHeader.attributes.timestampType = .create
    builder.reset(like: producerHeader)
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
