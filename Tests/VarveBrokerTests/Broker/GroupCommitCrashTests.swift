import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// Goal: at durability `group`, what many partitions were told is durable survives a loss of power,
/// whether their files or the commit journal have it. The oracle is what the callbacks said.
@Suite struct GroupCommitCrashTests {
  private static let path = "/data"
  private static let journal = "/data/commit-journal.0"
  private static let partitions: Int32 = 8
  private let disk = SimulatedFileSystem(seed: 11)

  private static func open(_ disk: SimulatedFileSystem) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open(path, on: disk, options: options)
  }

  private static func id(_ index: Int32) throws -> TopicPartition {
    TopicPartition(topic: try TopicName("orders"), partition: index)
  }

  /// Appends a record to each partition at once, and returns when all of them are durable.
  private static func append(_ value: UInt8, to broker: Broker) async throws {
    try await withThrowingTaskGroup { group in
      for index in 0..<partitions {
        let partition = try broker.partition(id(index))
        group.addTask {
          var builder = RecordBatchBuilder()
          try builder.append(timestamp: 1, key: nil, value: ByteSlice([value]))
          try builder.finish()
          try await partition.append(builder.makeSlice())
        }
      }
      try await group.waitForAll()
    }
  }

  private static func values(_ index: Int32, in broker: Broker) throws -> [UInt8] {
    let log = try broker.partition(id(index)).log
    var found: [UInt8] = []
    var next: Offset = 0
    while next < log.endOffset {
      let bytes = try log.read(from: next, maxBytes: 1).bytes
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      let payload = bytes.slice(RecordBatchHeader.byteCount..<header.sizeInBytes)
      var records = RecordIterator(payload: payload.bytes, header: header)
      while let record = try records.next() {
        found += record.valueRange.map { Array(payload.slice($0)) } ?? []
      }
      next = header.nextOffset
    }
    return found
  }

  @Test func `G10: acknowledged appends to many partitions survive a loss of power`() async throws {
    let broker = try Self.open(disk)
    _ = try broker.createTopic(
      "orders", partitions: Self.partitions, configs: ["varve.durability": "group"])
    for value in UInt8(1)...20 { try await Self.append(value, to: broker) }
    #expect(disk.count(.sync, path: Self.journal) > 0)
    for seed in UInt64(1)...20 {
      let after = try Self.open(disk.afterPowerLoss(seed: seed))
      for index in 0..<Self.partitions {
        #expect(try Self.values(index, in: after) == Array(1...20))
      }
      try await Self.append(21, to: after)
      try after.close()
    }
    try broker.close()
    #expect(try disk.kind(of: Self.journal) == nil)
  }

  @Test func `G05: a topic made again under its name has nothing from the commit journal`()
    async throws
  {
    let broker = try Self.open(disk)
    let configs = ["varve.durability": "group"]
    _ = try broker.createTopic("orders", partitions: Self.partitions, configs: configs)
    for value in UInt8(1)...5 { try await Self.append(value, to: broker) }
    try broker.deleteTopic(TopicName("orders"))
    _ = try broker.createTopic("orders", partitions: Self.partitions, configs: configs)
    for seed in UInt64(1)...10 {
      let after = try Self.open(disk.afterPowerLoss(seed: seed))
      for index in 0..<Self.partitions { #expect(try Self.values(index, in: after).isEmpty) }
      try after.close()
    }
  }

  @Test func `a journal that stands beside a clean close is removed`() async throws {
    let broker = try Self.open(disk)
    _ = try broker.createTopic(
      "orders", partitions: Self.partitions, configs: ["varve.durability": "group"])
    for value in UInt8(1)...5 { try await Self.append(value, to: broker) }
    let journal = try disk.open(Self.journal, .read).readAll()
    try broker.close()
    let file = try disk.open(Self.journal, .create)
    try file.write(ByteSlice(journal).bytes, at: 0)
    let again = try Self.open(disk)
    #expect(try disk.kind(of: Self.journal) == nil)
    try again.close()
  }
}
