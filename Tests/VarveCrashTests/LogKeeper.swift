import Synchronization
import VarveBase
import VarveLog

/// What a broker does around one log: reads the checkpoints and the marker of its data directory,
/// opens the log by them, and writes them again.
final class LogKeeper {
  static let root = "/data"
  static let directory = "/data/topic-0"

  let fileSystem: any FileSystem
  let log: PartitionLog
  let report: LogLoader.Report
  let partition: TopicPartition

  init(
    on fileSystem: any FileSystem, configuration: LogConfiguration, time: any TimeSource
  ) throws {
    self.fileSystem = fileSystem
    partition = TopicPartition(topic: try TopicName("topic"), partition: 0)
    try fileSystem.createDirectory(Self.root)
    try fileSystem.syncDirectory("/")
    var loader = LogLoader(partition, directory: Self.directory, on: fileSystem, time: time)
    loader.configuration = configuration
    loader.recoveryPoint =
      try OffsetCheckpoint(.recoveryPoint, in: Self.root, on: fileSystem).read()[partition] ?? 0
    loader.logStartOffset =
      try OffsetCheckpoint(.logStart, in: Self.root, on: fileSystem).read()[partition] ?? 0
    loader.isCleanlyClosed = try CleanShutdownMarker.exists(in: Self.root, on: fileSystem)
    try CleanShutdownMarker.remove(in: Self.root, on: fileSystem)
    (log, report) = try loader.load()
  }

  /// As the flusher does it: file by file, or with one call for the whole file system.
  func flush(together: Bool) throws {
    guard together else { return try log.flush() }
    guard let point = try log.flushPoint() else { return }
    do { try fileSystem.syncAll(below: Self.root) } catch { throw log.fail(error) }
    log.flushed(point)
  }

  func checkpointRecoveryPoint() throws {
    try OffsetCheckpoint(.recoveryPoint, in: Self.root, on: fileSystem)
      .write([partition: log.flushedOffset])
  }

  /// Returns the start that is durable now.
  func checkpointStart() throws -> Offset {
    let start = log.startOffset
    try OffsetCheckpoint(.logStart, in: Self.root, on: fileSystem).write([partition: start])
    return start
  }

  func close() throws {
    try log.close()
    try checkpointRecoveryPoint()
    _ = try checkpointStart()
    try CleanShutdownMarker.write(in: Self.root, on: fileSystem)
  }
}

/// A clock that a test moves.
final class TestTime: TimeSource {
  private let milliseconds = Atomic<Int64>(1_000_000)

  var now: Timestamp { Timestamp(milliseconds.load(ordering: .relaxed)) }
  var monotonicNanoseconds: UInt64 { UInt64(now.rawValue) * 1_000_000 }

  func advance(by step: Int64) { milliseconds.add(step, ordering: .relaxed) }
}
