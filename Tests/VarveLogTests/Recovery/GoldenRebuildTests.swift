import Foundation
import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: what Kafka keeps beside a `.log` is in the `.log`: made again from it alone, the indexes
/// and the producers' snapshots are Kafka's own bytes. Method: a copy of each partition that Kafka
/// closed, with nothing left but the logs, the epochs and the topic's id, is opened and closed;
/// then the directory holds Kafka's files.
///
/// Where the format leaves a choice, the difference and its reason are listed here:
@Suite struct GoldenRebuildTests {
  /// Kafka 4.0 makes at most one entry for all batches that are appended in one call. Its cleaner
  /// wrote the eight batches of this segment so; which calls there were, a log does not tell. Its
  /// own rebuild has an entry for each interval, as here.
  static let appendedAtOnce = [
    "compact-0/00000000000000000000.index", "compact-0/00000000000000000000.timeindex",
  ]

  /// A log without records gets a snapshot of no producers when it is closed, where Kafka writes
  /// none: both mean that nobody is known.
  static let withoutProducers = [
    "__transaction_state-0/00000000000000000000.snapshot",
    "__transaction_state-2/00000000000000000000.snapshot",
  ]

  enum Shutdown: CaseIterable { case crash, inOrder }

  @Test(
    "G02, G04: made from Kafka's .log alone, its indexes and snapshots have Kafka's bytes",
    arguments: Shutdown.allCases)
  func rebuilt(after shutdown: Shutdown) throws {
    let copy = try GoldenData.temporaryCopy()
    let partitions = try GoldenData.partitions()
    #expect(partitions.count == 16)
    for partition in partitions {
      let directory = "\(copy.path)/data/\(partition)"
      let removed = try Self.removeMadeFiles(of: directory)
      let log = try Self.load(partition, in: directory, after: shutdown)
      try log.close()
      let names = try FileManager.default.contentsOfDirectory(atPath: directory)
      for name in names.sorted() where !Self.withoutProducers.contains("\(partition)/\(name)") {
        let ours = try Array(Data(contentsOf: URL(filePath: "\(directory)/\(name)")))
        guard !Self.appendedAtOnce.contains("\(partition)/\(name)") else { continue }
        #expect(try ours == Golden.bytes("data/\(partition)/\(name)"), "\(partition)/\(name)")
      }
      #expect(Set(names).isSuperset(of: removed), "\(partition)")
    }
  }

  @Test(
    "G02: where one call of Kafka's cleaner left one entry, a rebuild has one for each interval")
  func rebuiltFinely() throws {
    let copy = try GoldenData.temporaryCopy()
    let directory = "\(copy.path)/data/compact-0"
    _ = try Self.removeMadeFiles(of: directory)
    let log = try Self.load("compact-0", in: directory, after: .crash)
    let index = try log.segments[0].offsetIndex()
    try index.verify()
    let times = try log.segments[0].timeIndex()
    // By Kafka's rule and its own dump of the log: the first batch that begins more than 4,096
    // bytes after the last entry's.
    var expected: [OffsetIndex.Entry] = []
    for line in try Golden.dump("compact-0-00000000000000000000.log") {
      let words = line.split(separator: " ").map(String.init)
      guard words.first == "baseOffset:", let offset = Self.number(after: "lastOffset:", words),
        let position = Self.number(after: "position:", words)
      else { continue }
      if position - Int64(expected.last?.position ?? 0) > 4096 {
        expected.append(.init(offset: Offset(offset), position: Int(position)))
      }
    }
    #expect(expected.count == 2)
    #expect((0..<index.entryCount).map(index.entry) == expected)
    // The last entry is that of the newest record, however many lead there.
    let kafkas = try TimeIndex(
      LocalFileSystem(), path: Golden.path("data/\(Self.appendedAtOnce[1])"), baseOffset: 0,
      maxBytes: 0, writable: false)
    #expect(times.lastEntry == kafkas.lastEntry)
    try log.close()
  }

  private static func number(after name: String, _ words: [String]) -> Int64? {
    words.firstIndex(of: name).flatMap { Int64(words[$0 + 1]) }
  }

  /// Leaves the logs, and what no log tells. Returns the names of the rest.
  private static func removeMadeFiles(of directory: String) throws -> [String] {
    let made = try FileManager.default.contentsOfDirectory(atPath: directory).filter { name in
      SegmentFileName(name).map { $0.kind != .log } ?? false
    }
    for name in made { try FileManager.default.removeItem(atPath: "\(directory)/\(name)") }
    return made
  }

  /// Opens a partition with what the checkpoints say of it, as of a time when none of the producers
  /// is idle.
  private static func load(
    _ name: String, in directory: String, after shutdown: Shutdown
  ) throws -> PartitionLog {
    let id = try #require(TopicPartition(directoryName: name))
    let root = Golden.path("data")
    var loader = LogLoader(
      id, directory: directory, on: LocalFileSystem(),
      time: ManualTime(now: Timestamp(1_700_000_000_000)))
    let files = LocalFileSystem()
    if name.hasPrefix("compact") || name.hasPrefix("__") {
      loader.configuration.cleanupPolicy = .compact
    }
    loader.cleanedUpTo = try OffsetCheckpoint(.cleaner, in: root, on: files).read()[id] ?? 0
    loader.logStartOffset = try OffsetCheckpoint(.logStart, in: root, on: files).read()[id] ?? 0
    if shutdown == .inOrder {
      loader.isCleanlyClosed = true
      loader.recoveryPoint =
        try OffsetCheckpoint(.recoveryPoint, in: root, on: files).read()[id] ?? 0
    }
    let (log, report) = try loader.load()
    #expect(report.cutBytes == 0, "\(name)")
    return log
  }
}
