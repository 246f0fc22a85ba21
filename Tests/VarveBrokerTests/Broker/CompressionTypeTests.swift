import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Batches as they come from a client, to topics that name a codec of their own.
@Suite struct CompressionTypeTests {
  private static let hasAllCodecs = CompressionCodec.allCases.allSatisfy(\.isAvailable)
  let time = ManualTime(now: 1_800_000_000_000)

  private func partition(_ name: String, _ configs: [String: String]) throws -> Partition {
    var options = Broker.Options()
    options.runsMaintenance = false
    let broker = try Broker.open(
      "/data", on: SimulatedFileSystem(seed: 1), time: time, options: options)
    let topic = try broker.createTopic(name, configs: configs).name
    return try broker.partition(TopicPartition(topic: topic, partition: 0))
  }

  private static func name(of codec: CompressionCodec) -> String {
    codec == .none ? "uncompressed" : codec.name
  }

  private func stored(_ partition: Partition) throws -> [ByteSlice] {
    var cursor = try LogCursor(partition.log, from: 0)
    var batches: [ByteSlice] = []
    while let bytes = try cursor.next(maxBytes: 1) { batches.append(bytes) }
    return batches
  }

  @Test(
    "G12: what clients sent to Kafka is stored with the topic's codec, and says the same",
    .enabled(if: hasAllCodecs), arguments: CompressionCodec.allCases,
    ["codecs-0", "appendtime-0", "segments-0", "txn-0", "trimmed-0"])
  func golden(codec: CompressionCodec, name: String) throws {
    let partition = try partition(
      "topic", ["compression.type": Self.name(of: codec), "max.message.bytes": "10000000"])
    let sent = try GoldenData.batches(of: name)
    let oldest = sent[0]
    let first = try RecordBatch.checkedHeader(oldest.bytes).baseOffset
    for batch in sent { try partition.append(batch.bytes) }
    let stored = try stored(partition)
    try #require(stored.count == sent.count)
    let read = Dictionary(
      uniqueKeysWithValues: try #require(try GoldenData.records()[name]).map { ($0.offset, $0) })
    var seen = 0
    for (sent, stored) in zip(sent, stored) {
      try expectSame(sent, stored, codec, from: first)
      for var record in try GoldenRecord.all(in: stored) {
        record.offset += first.rawValue
        guard let expected = read[record.offset] else { continue }
        #expect(record == expected)
        seen += 1
      }
    }
    #expect(seen == read.count)
  }

  private func expectSame(
    _ sent: ByteSlice, _ stored: ByteSlice, _ codec: CompressionCodec, from first: Offset
  ) throws {
    var expected = try RecordBatch.checkedHeader(sent.bytes)
    let header = try RecordBatch.checkedHeader(stored.bytes)
    try RecordBatch.verifyChecksum(stored.bytes, header: header)
    #expect(header.attributes.codec == (expected.attributes.isControl ? .none : codec))
    if header.attributes.codec == expected.attributes.codec {
      #expect(stored.dropFirst(61).elementsEqual(sent.dropFirst(61)))
    }
    // All else is as it was, but for what the log gives.
    expected.baseOffset = Offset(expected.baseOffset - first)
    expected.partitionLeaderEpoch = header.partitionLeaderEpoch
    expected.batchLength = header.batchLength
    expected.checksum = header.checksum
    let (attributes, before) = (header.attributes, expected.attributes)
    #expect(attributes.timestampType == before.timestampType)
    #expect(attributes.isTransactional == before.isTransactional)
    #expect(attributes.isControl == before.isControl)
    if attributes.codec != before.codec, before.timestampType == .logAppend {
      // The times that the producer had given were nobody's to see.
      expected.baseTimestamp = header.baseTimestamp
    }
    expected.attributes = attributes
    #expect(header == expected)
  }

  @Test("G12: producer, and the codec that a batch has already, leave it as it came")
  func untouched() throws {
    for type in ["producer", "gzip"] {
      let partition = try partition(
        "topic", ["compression.type": type, "compression.gzip.level": "9"])
      var builder = RecordBatchBuilder(codec: .gzip, level: 1)
      try builder.append(timestamp: 5, key: nil, value: ByteSlice([UInt8](repeating: 7, count: 99)))
      try builder.finish()
      try partition.append(builder.bytes)
      #expect(
        try stored(partition)[0].dropFirst(61).elementsEqual(builder.makeSlice().dropFirst(61)))
    }
  }

  @Test("G12: the topic's level is used, and an altered codec from the next batch on")
  func levels() throws {
    let value = ByteSlice((0..<20_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 5) })
    func size(_ level: String) throws -> Int {
      let partition = try partition(
        "topic", ["compression.type": "gzip", "compression.gzip.level": level])
      var builder = RecordBatchBuilder()
      try builder.append(timestamp: 5, key: nil, value: value)
      try builder.finish()
      try partition.append(builder.bytes)
      try partition.append(builder.bytes)
      var configuration = partition.log.configuration
      configuration.compression = nil
      partition.log.reconfigure(configuration)
      try partition.append(builder.bytes)
      let sizes = try stored(partition).map(\.count)
      let uncompressed = builder.sizeInBytes
      #expect(sizes[0] == sizes[1] && sizes[2] == uncompressed)
      return sizes[0]
    }
    #expect(try size("9") < size("1"))
  }

  @Test("G12, G19: what is damaged or too large is refused, not hidden by a new checksum")
  func refused() throws {
    let partition = try partition(
      "topic", ["compression.type": "gzip", "max.message.bytes": "1000"])
    var builder = RecordBatchBuilder()
    try builder.append(timestamp: 5, key: nil, value: ByteSlice([UInt8](repeating: 7, count: 500)))
    try builder.finish()
    let whole = Array(builder.makeSlice())
    var damaged = whole
    damaged[100] ^= 1
    for bytes in [damaged, Array(whole.dropLast()), whole + [0]] {
      let error = #expect(throws: LogError.self) { try partition.append(bytes.span.bytes) }
      #expect(error?.code == .invalidRecord)
    }
    builder.reset()
    try builder.append(timestamp: 5, key: nil, value: ByteSlice([UInt8](repeating: 7, count: 5000)))
    try builder.finish()
    let large = builder.makeSlice()
    let error = #expect(throws: LogError.self) { try partition.append(large.bytes) }
    #expect(error?.code == .batchTooLarge)
    #expect(partition.log.endOffset == 0)
    try partition.append(whole.span.bytes)
    #expect(partition.log.endOffset == 1)
  }

  @Test(
    "G17: a topic of append times stamps raw batches of every codec",
    arguments: ["producer", "gzip"])
  func appendTime(type: String) throws {
    let partition = try partition(
      "topic", ["message.timestamp.type": "LogAppendTime", "compression.type": type])
    let codecs = CompressionCodec.allCases.filter(\.isAvailable)
    for codec in codecs {
      time.advance(byMilliseconds: 10)
      var builder = RecordBatchBuilder(codec: codec)
      for stamp in [3, 1, 2] as [Timestamp] {
        try builder.append(timestamp: stamp, key: nil, value: ByteSlice([1, 2, 3]))
      }
      try builder.finish()
      let result = try partition.append(builder.bytes)
      #expect(result.logAppendTime == time.now)
    }
    for (index, batch) in try stored(partition).enumerated() {
      let header = try RecordBatch.checkedHeader(batch.bytes)
      try RecordBatch.verifyChecksum(batch.bytes, header: header)
      #expect(header.attributes.codec == (type == "gzip" ? .gzip : codecs[index]))
      let stamp = time.now.rawValue - Int64(10 * (codecs.count - 1 - index))
      #expect(try GoldenRecord.all(in: batch).map(\.timestamp) == [stamp, stamp, stamp])
      #expect(
        header.attributes.timestampType == .logAppend && header.maxTimestamp.rawValue == stamp)
    }
  }
}
