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
  /// With journals that are full after a few rounds, and take no large one.
  private var shared: SharedSync

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
    if loader.isCleanlyClosed {
      try CommitJournal.remove(in: Self.root, on: fileSystem)
    } else {
      loader.commits = try RecoveredCommits(in: Self.root, on: fileSystem)
    }
    try CleanShutdownMarker.remove(in: Self.root, on: fileSystem)
    var limits = SharedSync.Limits()
    limits.journalBytes = 5000
    limits.roundBytes = 1500
    shared = SharedSync(root: Self.root, on: fileSystem, limits: limits, worker: .atOnce)
    (log, report) = try loader.load()
  }

  /// As the flusher does it: file by file, or for many logs at once.
  func flush(together: Bool) throws {
    guard together else { return try log.flush() }
    let failures = shared.makeDurable([ObjectIdentifier(log): log])
    if let failure = failures.values.first { throw failure }
  }

  func checkpointRecoveryPoint() throws {
    try OffsetCheckpoint(.recoveryPoint, in: Self.root, on: fileSystem)
      .write([partition: log.recoveryPoint])
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
    try CommitJournal.remove(in: Self.root, on: fileSystem)
    try CleanShutdownMarker.write(in: Self.root, on: fileSystem)
  }
}

extension SharedSync.Worker {
  /// Does what it is given, so that a seed tells all.
  static let atOnce = Self(start: { work in work() }, finish: {})
}

/// A clock that a test moves.
final class TestTime: TimeSource {
  private let milliseconds = Atomic<Int64>(1_000_000)

  var now: Timestamp { Timestamp(milliseconds.load(ordering: .relaxed)) }
  var monotonicNanoseconds: UInt64 { UInt64(now.rawValue) * 1_000_000 }

  func advance(by step: Int64) { milliseconds.add(step, ordering: .relaxed) }
}
