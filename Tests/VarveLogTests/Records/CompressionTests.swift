import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Every codec there and back, and what it does with input that is damaged or means harm.
@Suite struct CompressionTests {
  static let codecs = CompressionCodec.allCases.filter { $0 != .none && $0.isAvailable }

  @Test(arguments: codecs)
  func `records come back, whatever they are`(codec: CompressionCodec) throws {
    var random = SeededGenerator(seed: 7)
    let values: [[[UInt8]?]] = [
      [nil], [[]], [[1]], [random.bytes(100_000)], [[UInt8](repeating: 9, count: 3_000_000)],
      (0..<2000).map { Array("record \($0)".utf8) },
    ]
    var builder = RecordBatchBuilder(codec: codec)
    var decompressor = RecordBatchDecompressor()
    // One builder and one decompressor for all, since both keep their codec's state.
    for values in values + values.reversed() {
      builder.reset()
      let models = values.enumerated().map {
        RecordModel(offset: Int64($0), timestamp: 1000, key: nil, value: $1)
      }
      for model in models { try builder.append(model) }
      try builder.finish()
      let batch = array(builder.bytes)
      let header = try RecordBatch.checkedHeader(batch.span.bytes)
      try RecordBatch.verifyChecksum(batch.span.bytes, header: header)
      #expect(header.attributes.codec == codec)
      #expect(try RecordModel.all(batch, with: &decompressor) == models)
    }
  }

  @Test(arguments: codecs)
  func `every level is read back`(codec: CompressionCodec) throws {
    guard let levels = codec.levels else { return }
    var decompressor = RecordBatchDecompressor()
    let text = Array(String(repeating: "the same words again and again, ", count: 300).utf8)
    for level in Set([levels.lowerBound, -5, 1, 3, 9, 12, levels.upperBound]).sorted()
    where levels.contains(level) {
      var builder = RecordBatchBuilder(codec: codec, level: level)
      let model = RecordModel(offset: 0, timestamp: 0, key: nil, value: text)
      try builder.append(model)
      try builder.finish()
      #expect(try RecordModel.all(array(builder.bytes), with: &decompressor) == [model])
    }
  }

  @Test(arguments: codecs)
  func `a bomb ends at the limit`(codec: CompressionCodec) throws {
    let batch = try self.batch(codec, value: [UInt8](repeating: 0, count: 8 << 20))
    // Snappy's copies stand for 64 bytes at most, so that its bombs are small ones.
    #expect(batch.count < 512 << 10)
    var decompressor = RecordBatchDecompressor()
    for limit in [0, 1, 1000, 1 << 20, 8 << 20] {
      let error = #expect(throws: RecordBatchError.self) {
        try RecordModel.all(batch, limit: limit, with: &decompressor)
      }
      #expect(error?.code == .tooLarge)
    }
    // What the record takes around its value: 13 bytes.
    let models = try RecordModel.all(batch, limit: 8 << 20 + 13, with: &decompressor)
    #expect(models.count == 1)
  }

  @Test(arguments: codecs)
  func `a limit that fits exactly is enough, one byte less is not`(
    codec: CompressionCodec
  ) throws {
    let batch = try self.batch(codec, value: [UInt8](repeating: 3, count: 10_000))
    let size = try payload(of: batch).count
    #expect(try payload(of: batch, limit: size).count == size)
    #expect(throws: RecordBatchError.self) { try payload(of: batch, limit: size - 1) }
  }

  @Test(arguments: codecs)
  func `compressed bytes that are cut short or lengthened are refused`(
    codec: CompressionCodec
  ) throws {
    var random = SeededGenerator(seed: 3)
    let value = Array("abcabcabc".utf8) + random.bytes(60)
    let batch = try batch(codec, value: value)
    let expected = try payload(of: batch)
    for count in RecordBatchHeader.byteCount..<batch.count {
      let cut = withLength(Array(batch[..<count]))
      // What is not covered by a checksum of the codec's own may pass as the same content or,
      // in snappy's frame, as its first blocks: never as other content.
      if let left = try? payload(of: cut) {
        #expect(left == expected || codec == .snappy && expected.starts(with: left))
      }
    }
    if let longer = try? payload(of: withLength(batch + [0])) { #expect(longer == expected) }
  }

  @Test(arguments: codecs)
  func `damaged bytes give an error or an end, never a trap`(codec: CompressionCodec) throws {
    var random = SeededGenerator(seed: 11)
    let batch = try batch(codec, value: Array("abcabcabc".utf8) + random.bytes(200))
    for _ in 0..<2000 {
      var damaged = batch
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: RecordBatchHeader.byteCount..<batch.count, using: &random)
        damaged[place] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? payload(of: damaged, limit: 1 << 16)
    }
  }

  @Test func `a batch without records is not compressed`() throws {
    var builder = RecordBatchBuilder(codec: .gzip)
    builder.lastOffset = 4
    try builder.finish()
    let batch = array(builder.bytes)
    #expect(batch.count == RecordBatchHeader.byteCount)
    var decompressor = RecordBatchDecompressor()
    #expect(try RecordModel.all(batch, with: &decompressor).isEmpty)
  }

  @Test func `a codec that there is not is named`() throws {
    var batch = try batch(.gzip, value: [1, 2, 3])
    batch[RecordBatchHeader.Field.attributes + 1] = 5
    let error = #expect(throws: RecordBatchError.self) { try payload(of: batch) }
    #expect(error?.code == .unknownCodec)
  }

  @Test(arguments: CompressionCodec.allCases.filter { !$0.isAvailable })
  func `a codec whose trait is off is refused, and the trait named`(
    codec: CompressionCodec
  ) throws {
    var builder = RecordBatchBuilder(codec: codec)
    try builder.append(timestamp: 0, key: nil, value: ByteSlice([1]))
    let error = #expect(throws: RecordBatchError.self) { try builder.finish() }
    #expect(error?.code == .codecUnavailable)
    #expect(error?.message.contains(codec.missingTrait ?? "?") == true)
  }

  @Test func `codecs are named as Kafka names them`() {
    for codec in CompressionCodec.allCases {
      #expect(CompressionCodec(name: codec.name) == codec)
    }
    #expect(CompressionCodec(name: "uncompressed") == CompressionCodec.none)
    #expect(CompressionCodec(name: "brotli") == nil)
  }

  private func batch(_ codec: CompressionCodec, value: [UInt8]) throws -> [UInt8] {
    var builder = RecordBatchBuilder(codec: codec)
    try builder.append(RecordModel(offset: 0, timestamp: 0, key: nil, value: value))
    try builder.finish()
    return array(builder.bytes)
  }

  private func payload(of batch: [UInt8], limit: Int = 1 << 20) throws -> ByteSlice {
    var decompressor = RecordBatchDecompressor()
    let header = try RecordBatch.checkedHeader(batch.span.bytes)
    return try decompressor.payload(of: batch.span.bytes, header: header, limit: limit)
  }

  /// The batch with the length field that its size asks for.
  private func withLength(_ batch: [UInt8]) -> [UInt8] {
    let length = UInt32(batch.count - RecordBatchHeader.lengthOverhead)
    var batch = batch
    for byte in 0..<4 { batch[8 + byte] = UInt8(length >> (24 - 8 * byte) & 0xFF) }
    return batch
  }
}
