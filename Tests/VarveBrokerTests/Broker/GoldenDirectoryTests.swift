import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit
import VarveTestSupport

/// A copy of the data directory that Kafka 4.0 closed in order.
@Suite struct GoldenDirectoryTests {
  /// Without upkeep, for which Kafka's records are old enough to be removed.
  private static func open(_ directory: TemporaryDirectory) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open(directory.path + "/data", options: options)
  }

  /// The topics of the directory and their partitions, as Kafka's tools listed them.
  static let topics: [String: Int32] = [
    "__consumer_offsets": 4, "__transaction_state": 4, "appendtime": 1, "codecs": 1, "compact": 1,
    "segments": 2, "trimmed": 1, "txn": 1,
  ]

  @Test("G04: a directory that Kafka closed opens with its topics, ids, configs and offsets")
  func opens() throws {
    let directory = try GoldenData.temporaryCopy()
    let broker = try Self.open(directory)
    let found = Dictionary(
      uniqueKeysWithValues: broker.topics().map { ($0.name.description, $0.partitionCount) })
    #expect(found == Self.topics)
    let codecs = try broker.topic(named: TopicName("codecs"))
    #expect(codecs.id.description == "PG4twAtcRdSEl7UaVqSldw")
    let ends = try GoldenData.lines("data/recovery-point-offset-checkpoint").dropFirst(2)
    for line in ends {
      let fields = line.split(separator: " ")
      let id = TopicPartition(
        topic: try TopicName(String(fields[0])), partition: try #require(Int32(fields[1])))
      let end = try broker.partition(id).log.endOffset
      #expect(end.description == fields[2], "\(id)")
    }
    let trimmed = try broker.partition(
      TopicPartition(topic: TopicName("trimmed"), partition: 0))
    #expect(trimmed.log.startOffset == 3000)
    try broker.close()
  }

  @Test func `a directory that Kafka closed can be written to, and says so after a restart`()
    throws
  {
    let directory = try GoldenData.temporaryCopy()
    let id = TopicPartition(topic: try TopicName("codecs"), partition: 0)
    let broker = try Self.open(directory)
    let end = try broker.partition(id).log.endOffset
    #expect(try BrokerTests.append("after Kafka", to: broker.partition(id)) == end)
    try broker.close()
    let again = try Self.open(directory)
    #expect(try again.partition(id).log.endOffset == end + 1)
    #expect(try again.partition(id).log.startOffset == 0)
    try again.close()
  }
}
