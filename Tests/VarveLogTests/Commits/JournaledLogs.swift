import Synchronization
import VarveBase
import VarveLog
import VarveTestKit

/// Some logs of one data directory that share their syncs, beside a plain list of what each was
/// given and of what was acknowledged as durable.
final class JournaledLogs {
  static let root = "/data"

  /// What a log must hold: one record a batch, each with a value of its own.
  struct Model {
    var topicID: TopicID
    var values: [[UInt8]] = []
    var durable = 0
  }

  let disk: SimulatedFileSystem
  private(set) var logs: [PartitionLog] = []
  private(set) var reports: [LogLoader.Report] = []
  var models: [Model]
  let work = LaterWork()
  /// How often it was told that no journal is written any more.
  let stops = Stops()
  private var shared: SharedSync

  /// Opens the logs after a crash, or makes them.
  init(
    on disk: SimulatedFileSystem, models: [Model], limits: SharedSync.Limits, segmentBytes: Int
  ) throws {
    self.disk = disk
    self.models = models
    shared = SharedSync(
      root: Self.root, on: disk, limits: limits,
      worker: SharedSync.Worker(
        start: { [work] in work.add($0) }, finish: { [work] in work.run() }),
      journalsStopped: { [stops] _ in stops.count.add(1, ordering: .relaxed) })
    try disk.createDirectory(Self.root)
    try disk.syncDirectory("/")
    let commits = try RecoveredCommits(in: Self.root, on: disk)
    for index in models.indices {
      let (log, report) = try Self.load(index, models[index].topicID, commits, segmentBytes, disk)
      logs.append(log)
      reports.append(report)
    }
  }

  private static func load(
    _ index: Int, _ topicID: TopicID, _ commits: RecoveredCommits, _ segmentBytes: Int,
    _ disk: SimulatedFileSystem
  ) throws -> (PartitionLog, LogLoader.Report) {
    let partition = TopicPartition(topic: try TopicName("topic"), partition: Int32(index))
    var loader = LogLoader(
      partition, directory: "\(root)/\(partition)", on: disk, time: SystemTime())
    loader.topicID = topicID
    loader.commits = commits
    loader.configuration.segmentBytes = segmentBytes
    return try loader.load()
  }

  /// Appends one record.
  func append(_ value: [UInt8], to index: Int) throws {
    var builder = RecordBatchBuilder()
    try builder.append(timestamp: 1, key: nil, value: ByteSlice(value))
    try builder.finish()
    try logs[index].append(builder.bytes)
    models[index].values.append(value)
  }

  /// Makes logs durable as the flusher does, and notes for which that was acknowledged.
  @discardableResult
  func makeDurable(_ indexes: some Sequence<Int>) -> [LogError] {
    let ends = indexes.map { (index: $0, end: models[$0].values.count) }
    var set: [ObjectIdentifier: PartitionLog] = [:]
    for (index, _) in ends { set[ObjectIdentifier(logs[index])] = logs[index] }
    let failures = shared.makeDurable(set)
    for (index, end) in ends where failures[ObjectIdentifier(logs[index])] == nil {
      models[index].durable = end
    }
    return Array(failures.values)
  }

  /// What a log holds.
  func values(of index: Int) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    var next: Offset = 0
    while true {
      let slice = try logs[index].read(from: next, maxBytes: 1 << 20)
      if slice.bytes.isEmpty { return found }
      found += try LogUnderTest.records(in: slice.bytes, &next).map { $0.value ?? [] }
    }
  }

  /// Compares a log with the model: a prefix of what was appended that has all that is durable.
  func check(_ index: Int) throws {
    let (found, model) = (try values(of: index), models[index])
    guard found.count >= model.durable, found == Array(model.values.prefix(found.count)) else {
      throw Mismatch(
        description: """
          log \(index) has \(found.count) records, \(model.durable) were durable, \
          \(model.values.count) appended; \(reports[index])
          """)
    }
    models[index].values = found
    models[index].durable = found.count
  }

  /// How often the files of all logs were synced.
  var syncsOfAll: Int { disk.count(.syncAll) }

  struct Mismatch: Error, CustomStringConvertible { let description: String }
}

/// A count that a closure may have.
final class Stops: Sendable { let count = Atomic(0) }

/// What another thread would do in its own time: here when it is told to.
final class LaterWork: Sendable {
  private let waiting = Mutex<[@Sendable () -> Void]>([])

  func add(_ work: @escaping @Sendable () -> Void) { waiting.withLock { $0.append(work) } }

  func run() {
    let works = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for work in works { work() }
  }
}
