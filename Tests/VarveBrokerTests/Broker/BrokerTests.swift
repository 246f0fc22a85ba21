import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

@Suite struct BrokerTests {
  /// Appends one record. A function, since a span in an expectation does not compile (6.3.1).
  static func append(_ value: String, to partition: Partition) throws -> Offset {
    var builder = RecordBatchBuilder()
    try builder.append(timestamp: 1000, key: nil as ByteSlice?, value: ByteSlice(value.utf8))
    try builder.finish()
    return try partition.append(builder.bytes).firstOffset
  }

  @Test func `topics and their records are there again after closing and opening`() throws {
    let directory = try TemporaryDirectory()
    let orders = try TopicName("orders")
    let created: TopicID
    do {
      let broker = try Broker.open(directory.path + "/data")
      created = try broker.createTopic(
        "orders", partitions: 3, configs: ["retention.ms": "1000"]
      ).id
      let partition = try broker.partition(TopicPartition(topic: orders, partition: 2))
      #expect(try Self.append("one", to: partition) == 0)
      #expect(try Self.append("two", to: partition) == 1)
      try broker.close()
    }
    let broker = try Broker.open(directory.path + "/data")
    let topic = try broker.topic(named: orders)
    #expect(topic.id == created)
    #expect(topic.partitionCount == 3)
    #expect(topic.configuration.overrides == ["retention.ms": "1000"])
    let partition = try broker.partition(TopicPartition(topic: orders, partition: 2))
    #expect(partition.log.endOffset == 2)
    try broker.close()
  }

  @Test func `a second broker on the same directory is told that it is in use`() throws {
    let directory = try TemporaryDirectory()
    let broker = try Broker.open(directory.path)
    let error = #expect(throws: BrokerError.self) { try Broker.open(directory.path) }
    #expect(error?.code == .log(.locked))
    try broker.close()
    try Broker.open(directory.path).close()
  }

  @Test func `a directory of something else is refused and left as it is`() throws {
    let directory = try TemporaryDirectory()
    let fileSystem = LocalFileSystem()
    _ = try fileSystem.open(directory.path + "/thesis.txt", .create)
    let error = #expect(throws: BrokerError.self) { try Broker.open(directory.path) }
    #expect(error?.code == .log(.foreignFile))
    #expect(try fileSystem.contents(ofDirectory: directory.path) == ["thesis.txt"])
  }

  @Test func `a deleted topic is gone, and one made again has another id`() throws {
    let directory = try TemporaryDirectory()
    let broker = try Broker.open(directory.path)
    let name = try TopicName("orders")
    let first = try broker.createTopic("orders").id
    let partition = try broker.partition(TopicPartition(topic: name, partition: 0))
    try broker.deleteTopic(name)
    let error = #expect(throws: BrokerError.self) { try broker.partition(partition.id) }
    #expect(error?.code == .catalog(.unknownTopicOrPartition))
    #expect(throws: LogError.self) { try Self.append("late", to: partition) }
    #expect(try broker.createTopic("orders").id != first)
    try broker.close()
  }
}
