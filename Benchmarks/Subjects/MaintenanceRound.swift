import Glibc
import Varve
import VarveBase
import VarveBroker
import VarveLog

/// A log with a partition that is appended to as fast as it goes, and others that need upkeep.
final class MaintenanceRound {
  static let budget =
    "budget: compaction and cold compression rest after each step for as long as it took, so that "
    + "they take half of a core at most; retention, looked at every 100 ms here, has none"

  private static let segmentBytes = 1 << 20
  /// The appended partition is cut once it is so large: what is written back to the disk would else
  /// decide.
  private static let keptBytes = 256 << 20

  private let seconds: Double
  private let broker: Broker
  private let subject: Subject
  private let made = SystemTime().now
  private(set) var histogram = Histogram()
  private var before: [UpkeepStep: UpkeepCounts.Count] = [:]
  private var segmentsBefore = 0
  private var usedElsewhere = 0.0

  init(_ bench: Bench, at directory: String) async throws {
    seconds = Double(bench.size(6000, smoke: 20)) / 1000
    var options = Broker.Options()
    options.serverConfigs = [
      "log.cleaner.backoff.ms": "100", "log.retention.check.interval.ms": "100",
      "log.retention.ms": "-1",
    ]
    let time = SystemTime()
    broker = try Broker.open(directory, on: LocalFileSystem(), time: time, options: options)
    subject = try await Subject(
      Varve(LocalCluster(broker, time: time)), at: directory,
      config: [.segmentBytes(64 << 20), TopicConfig("file.delete.delay.ms", "0")])
    let size = bench.size(1, smoke: 50)
    try fill("cold", segmentBytes: 16 << 20, batches: 2400 / size) { _, _ in nil }
    try fill("compacted", segmentBytes: 8 << 20, batches: 1600 / size) { batch, record in
      Array("key-\((batch * 1000 + record) * 7919 % 100_000)".utf8)
    }
    // A segment grows too old each 50 ms.
    try fill("expiring", segmentBytes: Self.segmentBytes, batches: 2000 / size) { _, _ in nil }
  }

  /// Makes a topic of readings, ten batches of which are a mebibyte.
  private func fill(
    _ topic: String, segmentBytes: Int, batches: Int, key: (Int, Int) -> [UInt8]?
  ) throws {
    let name = try broker.createTopic(
      topic,
      configs: ["segment.bytes": "\(segmentBytes)", "file.delete.delay.ms": "0"]
    ).name
    let partition = try broker.partition(TopicPartition(topic: name, partition: 0))
    let pool = RecordPool.readings
    var builder = RecordBatchBuilder()
    for batch in 0..<batches {
      builder.reset()
      var record = 0
      try pool.forEach(1000) { value in
        try builder.append(
          timestamp: Timestamp(made.rawValue + Int64(batch * 5)),
          key: key(batch, record).map { ByteSlice($0) }, value: ByteSlice(value))
        record += 1
      }
      try builder.finish()
      try partition.append(builder.bytes)
    }
  }

  /// From now on there is upkeep to do, all the time.
  func startUpkeep() throws {
    before = broker.upkeep
    segmentsBefore = try log(of: "expiring").segments.count
    let age = SystemTime().now.rawValue - made.rawValue
    try set(["cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0"], of: "compacted")
    try set(
      ["varve.cold.compression": "gzip", "varve.cold.compression.after.ms": "0"], of: "cold")
    try set(["retention.ms": "\(age)"], of: "expiring")
  }

  private func log(of topic: String) throws -> PartitionLog {
    try broker.partition(TopicPartition(topic: TopicName(topic), partition: 0)).log
  }

  private func set(_ configs: [String: String], of topic: String) throws {
    try broker.alterConfigs(
      of: TopicName(topic), configs.map { ConfigChange.set(name: $0.key, value: $0.value) })
  }

  /// Appends for some seconds. Returns the records, and how long all took and the appends alone.
  func append() throws -> (records: Int, seconds: (wall: Double, appending: Double)) {
    let pool = RecordPool(byteCount: 100)
    let log = try log(of: Subject.topic)
    var writer = try subject.writer()
    var (records, appending): (Int, UInt64) = (0, 0)
    let (start, used) = (nanoseconds(), Self.elsewhere())
    var now = start
    while Double(now - start) / 1e9 < seconds {
      try pool.forEach(1000) { value in try writer.append(value: value) }
      try writer.commit()
      let end = nanoseconds()
      histogram.add(end - now)
      appending += end - now
      records += 1000
      if log.sizeInBytes > Self.keptBytes {
        try log.deleteRecords(before: log.endOffset)
        try log.removeSegments(before: log.endOffset)
      }
      now = nanoseconds()
    }
    usedElsewhere = Self.elsewhere() - used
    return (records, (Double(now - start) / 1e9, Double(appending) / 1e9))
  }

  func close() async throws { try await subject.varve.close() }
}

extension MaintenanceRound {
  /// What was done beside the appends.
  struct Upkeep: CustomStringConvertible {
    let compactions: UInt64
    let compressions: UInt64
    let removedSegments: Int
    /// Of a core.
    let share: Double

    var description: String {
      "a round: \(Table.fixed(share, 2)) of a core beside the appends, for \(compactions) steps of "
        + "compaction, \(compressions) of cold compression, \(removedSegments) segments removed"
    }
  }

  func upkeep(in wall: Double) throws -> Upkeep {
    let now = broker.upkeep
    for step in UpkeepStep.allCases where now[step]?.failed ?? 0 > 0 {
      throw BenchmarkFailure("\(step.rawValue) failed")
    }
    let done = { step in now[step, default: .init()].done - self.before[step, default: .init()].done
    }
    return Upkeep(
      compactions: done(.compaction), compressions: done(.coldCompression),
      removedSegments: try segmentsBefore - log(of: "expiring").segments.count,
      share: usedElsewhere / wall)
  }

  /// Seconds of processors that other threads than this one have used.
  private static func elsewhere() -> Double {
    seconds(by: CLOCK_PROCESS_CPUTIME_ID) - seconds(by: CLOCK_THREAD_CPUTIME_ID)
  }

  private static func seconds(by clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
