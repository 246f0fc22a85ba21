import VarveBase
import VarveLog
import VarveTestKit

/// What compaction leaves of a log, worked out slowly from all that was ever appended.
struct CompactionModel {
  struct Entry {
    var record: StoredRecord
    /// Of a tombstone: when it may go, once a cleaning has seen it.
    var horizon: Timestamp?
  }

  private(set) var entries: [Entry] = []

  var records: [StoredRecord] { entries.map(\.record) }

  mutating func append(_ records: [StoredRecord]) {
    entries += records.map { Entry(record: $0) }
  }

  /// A cleaning of all before `end`.
  mutating func clean(upTo end: Offset, now: Timestamp, deleteRetention: Int64) {
    var last: [ByteSlice: Offset] = [:]
    for entry in entries where entry.record.offset < end {
      if let key = entry.record.key { last[key] = entry.record.offset }
    }
    entries = entries.compactMap { entry in
      let record = entry.record
      guard record.offset < end else { return entry }
      guard let key = record.key, last[key] == record.offset else { return nil }
      guard record.value == nil else { return entry }
      if let horizon = entry.horizon, horizon <= now { return nil }
      var kept = entry
      kept.horizon = entry.horizon ?? Timestamp(now.rawValue + deleteRetention)
      return kept
    }
  }

  /// The newest record of each key.
  var newest: [ByteSlice: StoredRecord] {
    var newest: [ByteSlice: StoredRecord] = [:]
    for record in records { if let key = record.key { newest[key] = record } }
    return newest
  }
}

/// A compacted log, its compactor and its model.
final class CompactedLog {
  let directory = "/topic-0"
  let disk: SimulatedFileSystem
  let time: ManualTime
  let configuration: LogConfiguration
  private(set) var log: PartitionLog
  private(set) var compactor: Compactor
  var model = CompactionModel()
  let mapBytesMax: Int

  static func settings(
    _ change: (inout LogConfiguration) -> Void = { _ in }
  ) -> LogConfiguration {
    var configuration = PartitionLogTests.small()
    configuration.cleanupPolicy = .compact
    configuration.minCleanableDirtyRatio = 0
    configuration.deleteRetentionMilliseconds = 1000
    change(&configuration)
    return configuration
  }

  init(
    _ configuration: LogConfiguration = settings(),
    on disk: SimulatedFileSystem = SimulatedFileSystem(seed: 1), time: ManualTime = ManualTime(),
    mapBytesMax: Int = 1 << 20
  ) throws {
    self.disk = disk
    self.time = time
    self.configuration = configuration
    self.mapBytesMax = mapBytesMax
    log = try LogContents.open(directory, on: disk, time: time, configuration: configuration)
    compactor = Compactor(log, mapBytesMax: mapBytesMax)
  }

  func append(_ builder: consuming RecordBatchBuilder) throws {
    if !builder.isFinished { try builder.finish() }
    let result = try log.append(builder.bytes)
    let stored = try log.read(from: result.firstOffset, maxBytes: 1).bytes
    let header = try RecordBatch.checkedHeader(stored.bytes)
    model.append(try LogContents.records(of: stored, header))
  }

  /// A few records of few keys, some without one, some without a value.
  func appendRandom(
    codec: CompressionCodec = .none, keys: Int = 30, using generator: inout SeededGenerator
  ) throws {
    var builder = RecordBatchBuilder(codec: codec)
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let key = ByteSlice("key-\(Int.random(in: 0..<keys, using: &generator))".utf8)
      let value = ByteSlice(
        [UInt8](repeating: 65, count: Int.random(in: 0...90, using: &generator)))
      let headers = [RecordHeader(key: "h", value: nil)]
      try builder.append(
        timestamp: time.now, key: Int.random(in: 0..<12, using: &generator) == 0 ? nil : key,
        value: Int.random(in: 0..<5, using: &generator) == 0 ? nil : value,
        headers: Bool.random(using: &generator) ? headers : [])
    }
    try append(builder)
  }

  /// Compacts until nothing is due, in the log and in the model.
  func compact() throws {
    let now = time.now
    var cleaned = compactor.cleanedUpTo
    while try compactor.step() {
      guard compactor.cleanedUpTo != cleaned else { continue }
      cleaned = compactor.cleanedUpTo
      model.clean(
        upTo: cleaned, now: now, deleteRetention: configuration.deleteRetentionMilliseconds)
    }
  }

  /// - Parameter isRescanned: after a crash that no checkpoint outlived: every batch is read again.
  func reopen(cleanly: Bool, isRescanned: Bool = false) throws {
    let recoveryPoint = isRescanned ? 0 : log.flushedOffset
    if cleanly { try log.close() }
    log = try LogContents.open(
      directory, on: disk, time: time, configuration: configuration,
      recoveryPoint: cleanly ? log.endOffset : recoveryPoint, logStartOffset: log.startOffset,
      cleanly: cleanly)
    compactor = Compactor(log, cleanedUpTo: compactor.cleanedUpTo, mapBytesMax: mapBytesMax)
  }
}
