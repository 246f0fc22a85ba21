import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// A small data directory with something in every file that there is at its root.
enum StoredDirectory {
  /// Topics of each kind: plain ones, one whose start was moved, one that is compacted, one with
  /// an aborted transaction, and one that is younger than the metadata's snapshot.
  static func make() throws -> DirectoryContents {
    let disk = SimulatedFileSystem(seed: 1)
    let time = ManualTime()
    var broker = try open(disk, time)
    _ = try broker.createTopic("orders", partitions: 2, configs: ["retention.ms": "-1"])
    for index in 0..<Int32(2) { try fill(find("orders", index, of: broker), time) }
    let trimmed = try topic("trimmed", [:], on: broker, time)
    try broker.deleteRecords(of: trimmed.id, before: 7)
    let compaction = ["cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.01"]
    _ = try topic("compacted", compaction, on: broker, time)
    _ = try broker.createTopic("transactions", configs: ["retention.ms": "-1"])
    try transact(find("transactions", 0, of: broker), time)
    broker.runMaintenance()
    try broker.close()
    let metadata = try MetadataLog.open(in: "data", on: disk, time: time)
    try metadata.makeSnapshot()
    try metadata.close()
    broker = try open(disk, time)
    _ = try broker.createTopic("younger", configs: ["retention.bytes": "1000000"])
    try broker.close()
    return try DirectoryContents(of: "data", on: disk, as: "data")
  }

  static func open(_ disk: any FileSystem, _ time: any TimeSource) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open("data", on: disk, time: time, options: options)
  }

  private static func find(
    _ topic: String, _ index: Int32, of broker: Broker
  ) throws -> Partition {
    try broker.partition(TopicPartition(topic: TopicName(topic), partition: index))
  }

  /// A topic whose segments are rolled with nearly every batch.
  private static func topic(
    _ name: String, _ configs: [String: String], on broker: Broker, _ time: ManualTime
  ) throws -> Partition {
    let all = configs.merging(["segment.ms": "1", "retention.ms": "-1"]) { $1 }
    _ = try broker.createTopic(name, configs: all)
    let partition = try find(name, 0, of: broker)
    try fill(partition, time)
    return partition
  }

  private static func fill(_ partition: Partition, _ time: ManualTime) throws {
    var builder = RecordBatchBuilder()
    for index in 0..<6 {
      time.advance(byMilliseconds: 10)
      builder.reset()
      for record in 0..<2 {
        try builder.append(
          timestamp: time.now, key: ByteSlice("key \((index + record) % 3)".utf8),
          value: ByteSlice("value \(index) \(record) of \(partition.id)".utf8))
      }
      try builder.finish()
      try partition.append(builder.bytes)
    }
  }

  /// Two transactions, the first of them aborted, with a record of nobody's between.
  private static func transact(_ partition: Partition, _ time: ManualTime) throws {
    for number in Int32(0)..<2 {
      var builder = RecordBatchBuilder(
        producerID: 7, producerEpoch: 0, baseSequence: number, isTransactional: true)
      try builder.append(
        timestamp: time.now, key: nil as ByteSlice?, value: ByteSlice("\(number)".utf8))
      try builder.finish()
      try partition.append(builder.bytes)
      var marker = RecordBatchBuilder(
        producerID: 7, producerEpoch: 0, isTransactional: true, isControl: true)
      try marker.appendMarker(
        commits: number == 1, coordinatorEpoch: 1, timestamp: time.now)
      try marker.finish()
      try partition.append(marker.bytes)
    }
  }

  /// What `varve log verify` finds.
  static func faults(on disk: any FileSystem) throws -> [LogVerifier.Fault] {
    var faults = try DirectoryVerifier("data", on: disk).verify().faults
    let image = (try? MetadataDirectory(in: "data", on: disk).read().image) ?? MetadataImage()
    let starts = (try? OffsetCheckpoint(.logStart, in: "data", on: disk).read()) ?? [:]
    let ends = (try? OffsetCheckpoint(.recoveryPoint, in: "data", on: disk).read()) ?? [:]
    for name in try disk.contents(ofDirectory: "data") {
      guard let id = TopicPartition(directoryName: name) else { continue }
      var verifier = LogVerifier("data/\(name)", on: disk)
      verifier.isCompacted = id.topic.description == "compacted"
      verifier.topicID = image.topic(named: id.topic)?.id
      verifier.logStartOffset = starts[id] ?? 0
      verifier.recoveryPoint = ends[id] ?? 0
      _ = try verifier.verify { faults.append($0) }
    }
    return faults
  }
}

/// All that readers can ask of a directory.
struct ServedAnswers: Equatable {
  struct Topic: Equatable {
    var name: TopicName
    var id: TopicID
    var partitionCount: Int32
    var configs: [String: String]
  }

  struct Partition: Equatable {
    var start: Offset
    var end: Offset
    var lastStable: Offset
    /// By base offset, as they are sent to clients.
    var batches: [Offset: [UInt8]] = [:]
    var aborted: [AbortedTransaction] = []
    /// The offset of the first record of each time.
    var byTime: [Offset?] = []
  }

  private(set) var topics: [Topic] = []
  private(set) var partitions: [TopicPartition: Partition] = [:]

  /// Opens the directory, asks, and closes it.
  init(of disk: SimulatedFileSystem) throws {
    let broker = try StoredDirectory.open(disk, ManualTime())
    for topic in broker.topics() {
      topics.append(
        Topic(
          name: topic.name, id: topic.id, partitionCount: topic.partitionCount,
          configs: topic.configuration.overrides))
      for partition in try broker.partitions(of: topic.name) {
        partitions[partition.id] = try Self.answers(of: partition.log)
      }
    }
    try broker.close()
  }

  private static func answers(of log: PartitionLog) throws -> Partition {
    var answers = Partition(
      start: log.startOffset, end: log.endOffset, lastStable: log.lastStableOffset)
    var cursor = try LogCursor(log, from: log.startOffset)
    while let bytes = try cursor.next(maxBytes: 1) {
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      // Whoever reads records checks this: a client, and Varve's own readers.
      try RecordBatch.verifyChecksum(bytes.bytes, header: header)
      answers.batches[header.baseOffset] = Array(bytes)
      answers.byTime.append(
        try log.firstRecord(stampedAtOrAfter: header.maxTimestamp)?.offset)
    }
    answers.aborted = try log.read(
      from: log.startOffset, maxBytes: 1 << 20, isolation: .readCommitted
    ).aborted
    return answers
  }

  /// Whether each record that both serve is the same, and nothing else is.
  func differInStarts(_ other: ServedAnswers) -> Bool {
    guard topics == other.topics else { return false }
    return partitions.allSatisfy { id, mine in
      guard let theirs = other.partitions[id], mine.end == theirs.end,
        mine.lastStable == theirs.lastStable
      else { return false }
      return mine.batches.allSatisfy { base, bytes in
        base < theirs.start || theirs.batches[base] == bytes
      }
    }
  }
}
