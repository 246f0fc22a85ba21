import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// The upkeep of a broker, step by step, by a clock of the test's own.
@Suite struct UpkeepTests {
  let time = ManualTime()
  let disk = SimulatedFileSystem(seed: 1)

  func open() throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open("data", on: disk, time: time, options: options)
  }

  /// Appends records of 100 KiB stamped with the clock's time, ten to a segment of 1 MiB.
  func fill(_ partition: Partition, count: Int, key: (Int) -> String? = { _ in nil }) throws {
    let value = ByteSlice([UInt8](repeating: UInt8(ascii: "x"), count: 100 << 10))
    var builder = RecordBatchBuilder()
    for index in 0..<count {
      builder.reset()
      try builder.append(
        timestamp: time.now, key: key(index).map { ByteSlice($0.utf8) }, value: value)
      try builder.finish()
      try partition.append(builder.bytes)
    }
  }

  func topic(_ configs: [String: String], on broker: Broker) throws -> Partition {
    let all = configs.merging(["segment.bytes": "1048576"]) { $1 }
    let name = try broker.createTopic("topic", configs: all).name
    return try broker.partition(TopicPartition(topic: name, partition: 0))
  }

  @Test("G05: retention by size removes closed segments, and the start is there after a restart")
  func retention() throws {
    let broker = try open()
    let partition = try topic(["retention.bytes": "2097152"], on: broker)
    try fill(partition, count: 95)
    #expect(partition.log.segments.count == 10)
    broker.runMaintenance()
    let start = partition.log.startOffset
    #expect(start > 0)
    #expect(partition.log.sizeInBytes < 3 << 20)
    try broker.close()
    let again = try open()
    #expect(try again.partition(partition.id).log.startOffset == start)
    #expect(try again.partition(partition.id).log.endOffset == 95)
    try again.close()
  }

  @Test("G06: a compacted topic keeps the newest record of each key, and does not start over")
  func compaction() throws {
    let broker = try open()
    let partition = try topic(["cleanup.policy": "compact"], on: broker)
    try fill(partition, count: 95) { "key-\($0 % 5)" }
    let before = partition.log.sizeInBytes
    broker.runMaintenance()
    #expect(partition.log.sizeInBytes < before / 4)
    #expect(partition.log.endOffset == 95)
    try broker.close()
    let cleaned = try OffsetCheckpoint(.cleaner, in: "data", on: disk).read()
    #expect(try #require(cleaned[partition.id]) > 80)
  }

  @Test("G13: segments that have gone cold are compressed, and read as before")
  func coldCompression() throws {
    let broker = try open()
    let partition = try topic(
      ["varve.cold.compression": "gzip", "varve.cold.compression.after.ms": "1000"], on: broker)
    try fill(partition, count: 95)
    let before = partition.log.sizeInBytes
    broker.runMaintenance()
    #expect(partition.log.sizeInBytes == before)
    time.advance(byMilliseconds: 2000)
    broker.runMaintenance()
    #expect(partition.log.sizeInBytes < before / 4)
    #expect(try partition.log.read(from: 42, maxBytes: 1).bytes.isEmpty == false)
    try broker.close()
  }

  @Test("G13: a step of rewriting is one of one partition, and every partition has its turn")
  func steps() throws {
    let broker = try open()
    let configs = [
      "segment.bytes": "1048576", "varve.cold.compression": "gzip",
      "varve.cold.compression.after.ms": "1000",
    ]
    let name = try broker.createTopic("topic", partitions: 3, configs: configs).name
    let partitions = try broker.partitions(of: name)
    // One closed segment each.
    for partition in partitions { try fill(partition, count: 12) }
    let before = partitions[0].log.sizeInBytes
    time.advance(byMilliseconds: 2000)
    var left: [RewriteTurn] = []
    for done in 1...3 {
      let isDone = broker.rewriteStep(&left)
      #expect(isDone)
      #expect(partitions.count { $0.log.sizeInBytes < before / 2 } == done)
    }
    let isMoreDue = broker.rewriteStep(&left)
    #expect(!isMoreDue)
    try broker.close()
  }

  @Test("G13: a topic that always has something to be compacted is compressed, too")
  func kinds() throws {
    let broker = try open()
    let partition = try topic(
      [
        "cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0",
        "varve.cold.compression": "gzip", "varve.cold.compression.after.ms": "1000",
      ], on: broker)
    var left: [RewriteTurn] = []
    for _ in 0..<12 {
      try fill(partition, count: 12) { "key-\($0)" }
      time.advance(byMilliseconds: 2000)
      let isDone = broker.rewriteStep(&left)
      #expect(isDone)
    }
    #expect(broker.upkeep[.compaction]?.done ?? 0 > 1)
    #expect(broker.upkeep[.coldCompression]?.done ?? 0 > 1)
    try broker.close()
  }

  @Test("G10: a topic at durability interval is synced once its interval is over")
  func interval() throws {
    let broker = try open()
    let partition = try topic(
      ["varve.durability": "interval", "varve.flush.interval.ms": "500"], on: broker)
    try fill(partition, count: 1)
    broker.runMaintenance()
    #expect(partition.log.flushedOffset == 0)
    time.advance(byMilliseconds: 500)
    broker.runMaintenance()
    #expect(partition.log.flushedOffset == 1)
    try broker.close()
  }

  @Test("G10: a topic is synced once its flush.ms is over, and not before")
  func flushTime() throws {
    let broker = try open()
    let partition = try topic(["flush.ms": "500"], on: broker)
    let syncs = { disk.count(.sync, path: "data/topic-0/00000000000000000000.log") }
    try fill(partition, count: 1)
    let before = syncs()
    for _ in 0..<5 { broker.runMaintenance() }
    time.advance(byMilliseconds: 499)
    broker.runMaintenance()
    #expect(syncs() == before && partition.log.flushedOffset == 0)
    time.advance(byMilliseconds: 1)
    broker.runMaintenance()
    #expect(syncs() == before + 1 && partition.log.flushedOffset == 1)
    // With nothing appended there is nothing to sync.
    time.advance(byMilliseconds: 5000)
    broker.runMaintenance()
    #expect(syncs() == before + 1)
    try broker.close()
  }
}
