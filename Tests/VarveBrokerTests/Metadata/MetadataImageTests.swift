import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol
import VarveTestSupport

/// Goal: replaying Kafka's own metadata log gives what Kafka's tools said of the cluster.
struct MetadataImageTests {
  /// The log up to the record before an offset.
  static func replayed(before end: Offset? = nil) throws -> MetadataState {
    let log = try ByteSlice(GoldenData.bytes(GoldenData.metadataLog))
    var state = MetadataState()
    guard let end else {
      let count = try state.replayBatches(of: log.bytes)
      #expect(count == log.count)
      return state
    }
    var position = 0
    while let header = MetadataBatch.wholeHeader(in: log.bytes, at: position),
      header.baseOffset < end
    {
      position += header.sizeInBytes
    }
    _ = try state.replayBatches(of: log.slice(0..<position).bytes)
    return state
  }

  /// The values of the batch at an offset.
  static func values(of log: ByteSlice, at offset: Offset) throws -> [[UInt8]] {
    var position = 0
    while let header = MetadataBatch.wholeHeader(in: log.bytes, at: position) {
      let end = position + header.sizeInBytes
      if header.baseOffset == offset {
        var values: [[UInt8]] = []
        var records = try RecordIterator(log.slice(position..<end).bytes)
        while let record = try records.next() {
          if let value = record.value { values.append(Array(ByteSlice(value))) }
        }
        return values
      }
      position = end
    }
    return []
  }

  @Test("G04: Kafka's metadata log gives the topics, ids, partitions and configs Kafka showed")
  func topicsAsKafkaShowed() throws {
    // The tool ran after the topics were made and before tool-a was given more partitions.
    let image = try Self.replayed(before: 190).image
    let described = try GoldenTopic.all()
    #expect(described.count == 9)
    #expect(image.topics.map(\.name.description) == described.map(\.name).sorted())
    for topic in described {
      let ours = try #require(image.topic(named: TopicName(topic.name)), "\(topic.name)")
      #expect(ours.id.description == topic.id)
      #expect(Int(ours.partitionCount) == topic.partitionCount, "\(topic.name)")
      #expect(ours.partitions.keys.sorted() == Array(0..<Int32(topic.partitionCount)))
      let own = image.configs(ofTopic: ours.name).map { "\($0.key)=\($0.value)" }
      #expect(topic.configs.isSuperset(of: own), "\(topic.name)")
      #expect(topic.configs.subtracting(own).isSubset(of: GoldenTopic.inherited), "\(topic.name)")
    }
  }

  @Test("G04: ids in the image are those of the partition.metadata files")
  func idsAsInPartitionMetadata() throws {
    let image = try Self.replayed().image
    for topic in image.topics {
      for partition in topic.partitions.keys {
        let text = try GoldenData.text("data/\(topic.name)-\(partition)/partition.metadata")
        #expect(text.contains("topic_id: \(topic.id)"), "\(topic.name)-\(partition)")
      }
    }
    // Deleted near the end.
    #expect(image.topic(named: try TopicName("tool-a")) == nil)
    #expect(image.topicCount == 8)
  }

  @Test func `what else Kafka recorded is in the image`() throws {
    let state = try Self.replayed()
    let image = state.image
    #expect(state.nextOffset == 367 && state.lastEpoch == 1)
    #expect(image.metadataVersion.description == "4.0-IV3")
    #expect(image.features["group.version"] == 1 && image.features["transaction.version"] == 2)
    #expect(image.nextProducerID == 1000)
    let broker = try #require(image.brokers[1])
    #expect(broker.brokerEpoch == 9 && broker.endpoints.map(\.host) == ["127.0.0.1"])
    // It was fenced in the end: a broker that stops gives up its partitions.
    #expect(broker.isFenced && broker.isInControlledShutdown)
    #expect(image.topics.flatMap(\.partitions.values).allSatisfy { $0.leader == -1 })
    #expect(image.topics.flatMap(\.partitions.values).allSatisfy { $0.leaderEpoch == 1 })
    #expect(image.credentials.keys.map(\.user) == ["alice"])
    #expect(image.quotas.values.map { $0 } == [["producer_byte_rate": 1_048_576]])
    #expect(state.voters?.voters.map(\.id) == [1])
    #expect(state.kraftVersion?.kraftVersion == 1)
  }

  @Test(arguments: [20, 100, 200, 260, 330, 350, 367] as [Int64])
  func `an image's records make the image`(_ end: Int64) throws {
    let image = try Self.replayed(before: Offset(end)).image
    var copy = MetadataImage()
    for record in image.records() { try copy.apply(record) }
    #expect(copy == image)
  }

  @Test func `a transaction takes effect at its end or never`() throws {
    var name = BeginTransactionRecord()
    name.name = "test"
    var feature = FeatureLevelRecord()
    feature.name = "group.version"
    feature.level = 1
    var replay = MetadataReplay()
    try replay.replay(.beginTransaction(name))
    try replay.replay(.featureLevel(feature))
    #expect(replay.isWithinTransaction && replay.image.features.isEmpty)
    try replay.replay(.abortTransaction(AbortTransactionRecord()))
    #expect(replay.image.features.isEmpty)
    try replay.replay(.beginTransaction(name))
    try replay.replay(.featureLevel(feature))
    try replay.replay(.endTransaction(EndTransactionRecord()))
    #expect(replay.image.features == ["group.version": 1])
    #expect(throws: MetadataError.self) {
      try replay.replay(.endTransaction(EndTransactionRecord()))
    }
  }

  @Test func `a level of metadata version that is not known is refused, with what to do`() {
    var feature = FeatureLevelRecord()
    feature.name = "metadata.version"
    feature.level = 31
    var image = MetadataImage()
    let error = #expect(throws: MetadataError.self) { try image.apply(.featureLevel(feature)) }
    #expect(error?.code == .unknownVersion)
    #expect(
      error?.description
        == "the metadata is at level 31 of metadata.version; this program knows 3.3-IV3 (7) to "
        + "4.3-IV0 (30): use a newer one")
  }

  @Test func `records that do not fit what went before are refused`() throws {
    var image = try Self.replayed().image
    let before = image
    var removal = RemoveTopicRecord()
    removal.topicID = TopicID(rawValue: 5)
    var partition = PartitionRecord()
    partition.partitionID = 0
    partition.topicID = TopicID(rawValue: 5)
    var change = PartitionChangeRecord()
    change.partitionID = 7
    change.topicID = try #require(image.topics.first?.id)
    var twice = TopicRecord()
    twice.name = "codecs"
    twice.topicID = TopicID(rawValue: 6)
    var unnamed = TopicRecord()
    unnamed.name = "a/b"
    unnamed.topicID = TopicID(rawValue: 7)
    var fencing = FenceBrokerRecord()
    fencing.brokerID = 9
    let records: [MetadataRecord] = [
      .removeTopic(removal), .partition(partition), .partitionChange(change), .topic(twice),
      .topic(unnamed), .fenceBroker(fencing),
    ]
    for record in records {
      let error = #expect(throws: MetadataError.self, "\(record)") { try image.apply(record) }
      #expect(error?.code == .corrupt)
      #expect(image == before)
    }
  }

  @Test(arguments: [(.max, 0), (0, .max)] as [(Int32, Int32)])
  func `a partition whose epochs are at their end is not changed`(
    leaderEpoch: Int32, partitionEpoch: Int32
  ) throws {
    var image = try Self.replayed().image
    let topic = try #require(image.topics.first)
    var partition = try #require(topic.partitions[0])
    (partition.leaderEpoch, partition.partitionEpoch) = (leaderEpoch, partitionEpoch)
    try image.apply(.partition(partition))
    var change = PartitionChangeRecord()
    (change.topicID, change.partitionID, change.leader) = (topic.id, 0, 1)
    let error = #expect(throws: MetadataError.self) { try image.apply(.partitionChange(change)) }
    #expect(error?.code == .corrupt)
  }
}
