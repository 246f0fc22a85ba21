import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveTestSupport

/// Goal: decisions of the catalogue are Kafka's, in their records and in their refusals.
struct TopicCatalogTests {
  private func makeCatalog(_ image: MetadataImage = MetadataImage()) throws -> TopicCatalog {
    let directory = try #require(TopicID("0_bOkYJqQ-u2oXYGsEw18w"))
    return TopicCatalog(image, node: MetadataNode(brokerID: 1, directoryID: directory))
  }

  private func applied(
    _ records: [MetadataRecord], to image: MetadataImage
  ) throws -> MetadataImage {
    var image = image
    for record in records { try image.apply(record) }
    return image
  }

  @Test("G04: a new topic is recorded as Kafka records it, byte for byte")
  func recordsAsKafka() throws {
    let log = try ByteSlice(GoldenData.bytes(GoldenData.metadataLog))
    let before = try MetadataImageTests.replayed(before: 16).image
    let id = try #require(TopicID("q8kcb6gTRiSrfe-UXOFcEw"))
    let records = try makeCatalog(before).createTopic(
      .init(
        "appendtime", partitions: 1, configs: ["message.timestamp.type": "LogAppendTime"], id: id))
    let ours = records.map { Array($0.encoded(at: before.metadataVersion)) }
    // Kafka's batch at offset 16 is of this topic alone.
    let kafkas = try MetadataImageTests.values(of: log, at: 16)
    #expect(ours == kafkas)
  }

  @Test func `a refusal says what is wrong`() throws {
    let id = TopicID(rawValue: 1)
    let image = try applied(
      try makeCatalog().createTopic(.init("a.b", partitions: 2, id: id)), to: MetadataImage())
    let catalog = try makeCatalog(image)
    func reason(_ body: () throws(CatalogError) -> [MetadataRecord]) -> String? {
      do throws(CatalogError) {
        _ = try body()
        return nil
      } catch { return "\(error.code): \(error)" }
    }
    let new = TopicID(rawValue: 2)
    #expect(
      reason { () throws(CatalogError) in
        try catalog.createTopic(.init("a_b", partitions: 1, id: new))
      } == "invalidTopic: topic 'a_b' collides with the existing topic 'a.b': they differ in '.' "
        + "and '_' alone")
    #expect(
      reason { () throws(CatalogError) in
        try catalog.createTopic(
          .init("c", partitions: 1, configs: ["segment.bytes": "9"], id: new))
      } == "invalidConfig: invalid value 9 for configuration segment.bytes: it must be a 32-bit "
        + "number of at least 1048576")
    let name = try TopicName("a.b")
    #expect(
      reason { () throws(CatalogError) in try catalog.createPartitions(of: name, count: 2) }
        == "invalidPartitions: topic 'a.b' already has 2 partition(s)")
    #expect(
      reason { () throws(CatalogError) in try catalog.createPartitions(of: name, count: 1) }
        == "invalidPartitions: topic 'a.b' has 2 partition(s); 1 would not be more")
    #expect(
      reason { () throws(CatalogError) in try catalog.deleteTopic(id: new) }
        == "unknownTopicID: there is no topic with the id AAAAAAAAAAAAAAAAAAAAAg")
  }

  @Test func `internal topics are the broker's to make, to grow and to delete`() throws {
    let topic = TopicCatalog.NewTopic(
      "__consumer_offsets", partitions: 4, configs: ["cleanup.policy": "compact"],
      id: TopicID(rawValue: 1))
    let name = try TopicName("__consumer_offsets")
    #expect(throws: CatalogError.self) { try makeCatalog().createTopic(topic) }
    let image = try applied(
      try makeCatalog().createTopic(topic, origin: .broker), to: MetadataImage())
    let catalog = try makeCatalog(image)
    #expect(throws: CatalogError.self) { try catalog.deleteTopic(named: name) }
    #expect(throws: CatalogError.self) { try catalog.createPartitions(of: name, count: 9) }
    #expect(try catalog.deleteTopic(named: name, origin: .broker).count == 1)
    // Its configs may be changed, as in Kafka.
    #expect(
      try catalog.alterConfigs(of: name, [.set(name: "segment.ms", value: "5")]).count == 1)
    let log = TopicCatalog.NewTopic("__cluster_metadata", partitions: 1, id: TopicID(rawValue: 2))
    #expect(throws: CatalogError.self) { try catalog.createTopic(log, origin: .broker) }
  }

  @Test func `replacing the configs takes away what is not among them`() throws {
    let name = try TopicName("t")
    var image = try applied(
      try makeCatalog().createTopic(
        .init(
          "t", partitions: 1, configs: ["retention.ms": "5", "segment.ms": "6"],
          id: TopicID(rawValue: 1))), to: MetadataImage())
    image = try applied(
      try makeCatalog(image).replaceConfigs(of: name, with: ["segment.ms": "6", "flush.ms": "7"]),
      to: image)
    #expect(image.configs(ofTopic: name) == ["segment.ms": "6", "flush.ms": "7"])
    #expect(
      try makeCatalog(image).alterConfigs(of: name, [.set(name: "flush.ms", value: "7")]).isEmpty)
  }

  @Test func `a node takes charge of what Kafka left, once`() throws {
    let left = try MetadataImageTests.replayed().image
    let records = try makeCatalog(left).takeCharge(incarnation: TopicID(rawValue: 7), at: 367)
    // The broker, and the 15 partitions whose leader it gave up.
    #expect(records.count == 16)
    let image = try applied(records, to: left)
    let broker = try #require(image.brokers[1])
    #expect(!broker.isFenced && !broker.isInControlledShutdown && broker.brokerEpoch == 367)
    let partitions = image.topics.flatMap(\.partitions.values)
    #expect(partitions.allSatisfy { $0.leader == 1 && $0.leaderEpoch == 2 })
    #expect(try makeCatalog(image).takeCharge(incarnation: TopicID(rawValue: 8), at: 383).isEmpty)
  }

  @Test func `a directory of a larger cluster is refused`() throws {
    var image = try MetadataImageTests.replayed().image
    var change = PartitionChangeRecord()
    change.topicID = try #require(image.topics.last?.id)
    change.partitionID = 0
    change.replicas = [1, 2]
    try image.apply(.partitionChange(change))
    let error = #expect(throws: CatalogError.self) {
      try makeCatalog(image).takeCharge(incarnation: TopicID(rawValue: 7), at: 0)
    }
    #expect(error?.reason.contains("part of a larger cluster") == true)
  }

  @Test func `producer ids are given out once`() throws {
    let image = try MetadataImageTests.replayed().image
    let first = try makeCatalog(image).takeProducerIDs()
    #expect(first.ids == 1000..<2000)
    let after = try applied(first.records, to: image)
    #expect(after.nextProducerID == 2000)
    #expect(try makeCatalog(after).takeProducerIDs(count: 10).ids == 2000..<2010)
  }
}
