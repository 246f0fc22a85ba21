import Testing
import VarveBase
import VarveLog

/// The rules for batches from outside, one by one.
@Suite struct BatchValidatorTests {
  let now: Timestamp = 1_700_000_000_000

  @Test func `a sound batch passes, and its largest time is found`() throws {
    let batch = try batch { builder in
      try builder.append(timestamp: 1000, key: nil, value: ByteSlice([1]))
      try builder.append(timestamp: 3000, key: nil, value: ByteSlice([1]))
      try builder.append(timestamp: 3000, key: nil, value: ByteSlice([1]))
    }
    let result = try validate(batch)
    #expect(result.maxTimestamp == 3000 && result.maxTimestampOffsetDelta == 1)
    #expect(result.header.recordCount == 3)
  }

  @Test func `damage is found`() throws {
    var batch = try batch { try $0.append(timestamp: 0, key: nil, value: ByteSlice([1])) }
    batch[batch.count - 1] ^= 1
    #expect(rejection(of: batch)?.code == .corrupt)
    #expect(rejection(of: batch + [0])?.code == .corrupt)
    #expect(rejection(of: Array(batch.dropLast()))?.code == .corrupt)
  }

  @Test("G26: a record without a key is named where the topic is compacted")
  func missingKeys() throws {
    let batch = try batch { builder in
      try builder.append(timestamp: 0, key: ByteSlice([1]), value: nil)
      try builder.append(timestamp: 0, key: nil, value: ByteSlice([1]))
      try builder.append(timestamp: 0, key: ByteSlice(), value: ByteSlice([1]))
      try builder.append(timestamp: 0, key: nil, value: ByteSlice([1]))
    }
    _ = try validate(batch)
    let rejection = rejection(of: batch, BatchValidator(requiresKeys: true))
    #expect(rejection?.code == .invalidRecord)
    #expect(rejection?.faults.map(\.index) == [1, 3])
  }

  @Test(
    arguments: [
      (-1000, true), (-1001, false), (500, true), (501, false), (.min, false),
    ] as [(Int64, Bool)])
  func `times are held within their bounds`(distance: Int64, passes: Bool) throws {
    let time = Timestamp(now.rawValue &+ distance)
    let batch = try batch { try $0.append(timestamp: time, key: nil, value: nil) }
    let validator = BatchValidator(
      timestampBeforeMaxMilliseconds: 1000, timestampAfterMaxMilliseconds: 500)
    #expect((rejection(of: batch, validator)?.code == .invalidTimestamp) == !passes)
    var lenient = validator
    lenient.timestampType = .logAppend
    #expect(rejection(of: batch, lenient) == nil)
  }

  @Test func `a record without a time has no bounds`() throws {
    let batch = try batch { try $0.append(timestamp: .none, key: nil, value: nil) }
    let validator = BatchValidator(timestampBeforeMaxMilliseconds: 0)
    #expect(rejection(of: batch, validator) == nil)
  }

  @Test func `offsets have no gaps`() throws {
    let gap = try batch { builder in
      try builder.append(offset: 0, timestamp: 0, key: nil, value: nil)
      try builder.append(offset: 2, timestamp: 0, key: nil, value: nil)
    }
    #expect(rejection(of: gap)?.code == .invalidRecord)
    // The count agrees with the offsets here, the second record does not.
    let shifted = try batch { builder in
      builder.lastOffset = 2
      try builder.append(offset: 0, timestamp: 0, key: nil, value: nil)
      try builder.append(offset: 1, timestamp: 0, key: nil, value: nil)
    }
    #expect(rejection(of: shifted)?.code == .invalidRecord)
    let empty = try batch { _ in }
    #expect(rejection(of: empty)?.code == .invalidRecord)
  }

  @Test func `what only brokers write is refused from clients`() throws {
    let control = try batch(
      RecordBatchBuilder(producerID: 1, producerEpoch: 0, isTransactional: true, isControl: true)
    ) { try $0.appendMarker(commits: true, coordinatorEpoch: 3, timestamp: 0) }
    #expect(rejection(of: control)?.code == .invalidRecord)
    var decompressor = RecordBatchDecompressor()
    _ = try BatchValidator(requiresKeys: true).validate(
      control.span.bytes, now: now, isFromClient: false, with: &decompressor)
    let appended = try batch(RecordBatchBuilder(timestampType: .logAppend)) {
      try $0.append(timestamp: 0, key: nil, value: nil)
    }
    #expect(rejection(of: appended)?.code == .invalidTimestamp)
    let withoutSequence = try batch(RecordBatchBuilder(producerID: 1, producerEpoch: 0)) {
      try $0.append(timestamp: 0, key: nil, value: nil)
    }
    #expect(rejection(of: withoutSequence)?.code == .invalidRecord)
    let withoutProducer = try batch(RecordBatchBuilder(isTransactional: true)) {
      try $0.append(timestamp: 0, key: nil, value: nil)
    }
    #expect(rejection(of: withoutProducer)?.code == .invalidRecord)
  }

  @Test(arguments: CompressionCodec.allCases.filter(\.isAvailable))
  func `compressed records are judged as others are`(codec: CompressionCodec) throws {
    let batch = try batch(RecordBatchBuilder(codec: codec)) { builder in
      for _ in 0..<100 { try builder.append(timestamp: 0, key: nil, value: ByteSlice([1])) }
    }
    #expect(rejection(of: batch) == nil)
    let faulty = rejection(of: batch, BatchValidator(requiresKeys: true))
    #expect(faulty?.faults.count == 100)
    let bounded = rejection(of: batch, BatchValidator(payloadByteCountMax: 100))
    #expect(bounded?.code == (codec == .none ? nil : .tooLarge))
  }

  private func batch(
    _ builder: consuming RecordBatchBuilder = RecordBatchBuilder(),
    _ fill: (inout RecordBatchBuilder) throws -> Void
  ) throws -> [UInt8] {
    try fill(&builder)
    try builder.finish()
    return array(builder.bytes)
  }

  private func validate(
    _ batch: [UInt8], _ validator: BatchValidator = BatchValidator()
  ) throws(BatchRejection) -> ValidatedBatch {
    var decompressor = RecordBatchDecompressor()
    return try validator.validate(batch.span.bytes, now: now, with: &decompressor)
  }

  private func rejection(
    of batch: [UInt8], _ validator: BatchValidator = BatchValidator()
  ) -> BatchRejection? {
    do {
      _ = try validate(batch, validator)
      return nil
    } catch {
      return error
    }
  }
}
