import VarveBase
import VarveLog
import VarveTestKit

/// One program's life with a log: random actions, each told to the model once it is done.
struct CrashWorkload {
  static let producerIDs: [Int64] = [1, 2, 3]

  var random: SeededGenerator
  var model: CrashModel
  let time: TestTime
  var configuration: LogConfiguration

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    model = CrashModel()
    time = TestTime()
    configuration = LogConfiguration()
    configuration.segmentBytes = [2048, 4096, 20_000][Int.random(in: 0..<3, using: &random)]
    configuration.indexIntervalBytes = 200
    configuration.retentionMilliseconds = -1
    configuration.fileDeleteDelayMilliseconds = 1000
    configuration.producerExpirationMilliseconds = Int64.max
  }

  /// Acts until the disk crashes or `count` actions are done.
  mutating func run(_ keeper: LogKeeper, actions count: Int) throws {
    for _ in 0..<count {
      try act(keeper)
      time.advance(by: Int64.random(in: 0...300, using: &random))
    }
  }

  private mutating func act(_ keeper: LogKeeper) throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<30: try appendPlain(keeper.log)
    case 30..<65: try appendOfProducer(keeper.log)
    case 65..<77: try endTransaction(keeper.log)
    case 77..<80: try resend(keeper.log)
    case 80..<89: try flush(keeper)
    case 89..<93: try keeper.checkpointRecoveryPoint()
    case 93..<95: model.durableStart = try keeper.checkpointStart()
    case 95..<97: try deleteRecords(keeper)
    default: try retain(keeper)
    }
  }

  // MARK: Appends

  private mutating func appendPlain(_ log: PartitionLog) throws {
    var builder = RecordBatchBuilder()
    try append(&builder, CrashModel.Batch(bytes: [], firstOffset: 0, timestamps: []), log)
  }

  private mutating func appendOfProducer(_ log: PartitionLog) throws {
    guard let id = Self.producerIDs.randomElement(using: &random) else { return }
    var producer = model.producer(id)
    if producer.transactionStart == nil, Int.random(in: 0..<20, using: &random) == 0 {
      producer.epoch += 1
      producer.nextSequence = 0
    }
    // Producer 1 is idempotent, the others are transactional.
    let batch = CrashModel.Batch(
      bytes: [], firstOffset: 0, timestamps: [], producerID: id, epoch: producer.epoch,
      firstSequence: producer.nextSequence, isTransactional: id != 1)
    var builder = RecordBatchBuilder(
      producerID: id, producerEpoch: batch.epoch, baseSequence: batch.firstSequence,
      isTransactional: batch.isTransactional)
    try append(&builder, batch, log)
  }

  private mutating func append(
    _ builder: inout RecordBatchBuilder, _ batch: CrashModel.Batch, _ log: PartitionLog
  ) throws {
    var batch = batch
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let timestamp = Timestamp(
        time.now.rawValue + Int64.random(in: -5000...500, using: &random))
      let size =
        Int.random(in: 0..<30, using: &random) == 0
        ? 1500 : Int.random(in: 0...100, using: &random)
      let filler = UInt8.random(in: 1...255, using: &random)
      try builder.append(
        timestamp: timestamp, key: ByteSlice([filler]),
        value: ByteSlice([UInt8](repeating: filler, count: size / 4)))
      batch.timestamps.append(timestamp)
    }
    try finish(&builder, batch, log)
  }

  private mutating func finish(
    _ builder: inout RecordBatchBuilder, _ batch: CrashModel.Batch, _ log: PartitionLog
  ) throws {
    try builder.finish()
    var batch = batch
    batch.firstOffset = model.end
    batch.bytes = Array(ByteSlice(builder.bytes))
    Self.stamp(&batch.bytes, offset: batch.firstOffset)
    let result = try log.append(builder.bytes)
    try require(!result.isDuplicate, "a new batch was taken for one sent again")
    try require(
      result.firstOffset == batch.firstOffset && result.lastOffset == batch.lastOffset,
      "appended at \(result.firstOffset), expected \(batch.firstOffset)")
    model.append(batch)
  }

  /// What the log sets in a batch: its offset, and the leader epoch 0.
  private static func stamp(_ bytes: inout [UInt8], offset: Offset) {
    for index in 0..<8 {
      bytes[index] = UInt8(truncatingIfNeeded: offset.rawValue >> (56 - 8 * index))
    }
    for index in 12..<16 { bytes[index] = 0 }
  }

  private mutating func endTransaction(_ log: PartitionLog) throws {
    let open = Self.producerIDs.filter { model.producer($0).transactionStart != nil }
    guard let id = open.randomElement(using: &random) else { return }
    let isAbort = Bool.random(using: &random)
    let epoch = model.producer(id).epoch
    var builder = RecordBatchBuilder(
      producerID: id, producerEpoch: epoch, isTransactional: true, isControl: true)
    try builder.append(
      timestamp: time.now, key: ByteSlice([0, 0, 0, isAbort ? 0 : 1]),
      value: ByteSlice([0, 0, 0, 0, 0, 0]))
    let batch = CrashModel.Batch(
      bytes: [], firstOffset: 0, timestamps: [time.now], producerID: id, epoch: epoch,
      isTransactional: true, isAbort: isAbort)
    try finish(&builder, batch, log)
  }

  /// A producer that did not hear of its last batch sends it again.
  private mutating func resend(_ log: PartitionLog) throws {
    guard let id = Self.producerIDs.randomElement(using: &random) else { return }
    try Self.checkResend(id, model, log)
  }

  static func checkResend(_ id: Int64, _ model: CrashModel, _ log: PartitionLog) throws {
    guard let batch = model.lastBatch(of: id) else { return }
    let result = try log.append(ByteSlice(batch.bytes).bytes)
    try require(
      result.isDuplicate && result.firstOffset == batch.firstOffset
        && result.lastOffset == batch.lastOffset,
      "the batch of producer \(id) at \(batch.firstOffset) sent again was appended or misplaced: "
        + "\(result)")
  }

  // MARK: Everything else

  private mutating func flush(_ keeper: LogKeeper) throws {
    let end = model.end
    try keeper.flush(together: Bool.random(using: &random))
    let flushed = keeper.log.flushedOffset
    try require(flushed == end, "flushed to \(flushed), not \(end)")
    model.durable = end
  }

  private mutating func deleteRecords(_ keeper: LogKeeper) throws {
    let offset = Offset(
      Int64.random(in: model.start.rawValue...model.end.rawValue, using: &random))
    // The start counts from here on: a crash in the middle may leave it.
    defer { model.start = max(model.start, keeper.log.startOffset) }
    try keeper.log.deleteRecords(before: offset)
    try require(keeper.log.startOffset == offset, "the start is \(keeper.log.startOffset)")
    model.start = offset
    if Bool.random(using: &random) { model.durableStart = try keeper.checkpointStart() }
  }

  private mutating func retain(_ keeper: LogKeeper) throws {
    configuration.retentionBytes = Bool.random(using: &random) ? -1 : 8000
    keeper.log.reconfigure(configuration)
    defer { model.start = max(model.start, keeper.log.startOffset) }
    model.start = try keeper.log.applyRetention()
    model.durableStart = try keeper.checkpointStart()
    try keeper.log.removeSegments(before: model.durableStart)
  }
}

/// What a log did that it must not do.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw Violation(description: message()) }
}
