import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveTestKit

/// Goal: the catalogue does what the model does, for requests good and bad in any order, and its
/// records say the whole of it. Method: random requests from seeds.
struct TopicCatalogModelTests {
  static let node = MetadataNode(brokerID: 1, directoryID: TopicID(rawValue: 100))

  @Test func `the catalogue is as the model after every request`() throws {
    for seed in TestShare.seeds(60, long: 3000) {
      var random = SeededGenerator(seed: seed)
      var model = CatalogModel()
      var image = MetadataImage()
      for record in TopicCatalog.bootstrapRecords() { try image.apply(record) }
      for step in 0..<120 {
        let request = Self.request(&random, model)
        let before = image
        let expected = model.perform(request)
        do throws(CatalogError) {
          let records = try Self.decide(request, TopicCatalog(image, node: Self.node))
          #expect(expected == nil, "step \(step), \(request), \(TestShare.again(seed))")
          for record in records { try Self.applyAsWritten(record, to: &image) }
        } catch {
          #expect(error.code == expected, "step \(step), \(request), \(TestShare.again(seed))")
          #expect(image == before)
        }
        Self.compare(image, model, "step \(step), \(request), \(TestShare.again(seed))")
      }
      var copy = MetadataImage()
      for record in image.records() { try copy.apply(record) }
      #expect(copy == image, "\(TestShare.again(seed))")
    }
  }

  /// Applies what reading the record's bytes gives.
  private static func applyAsWritten(
    _ record: MetadataRecord, to image: inout MetadataImage
  ) throws(CatalogError) {
    do {
      let bytes = record.encoded(at: .initial)
      try image.apply(MetadataRecord.decode(bytes.bytes).record)
    } catch { throw CatalogError(.storage, "\(error)") }
  }

  private static func compare(_ image: MetadataImage, _ model: CatalogModel, _ what: String) {
    let ours = image.topics.map { topic in
      (
        topic.name.description,
        CatalogModel.Topic(
          id: topic.id, partitions: topic.partitionCount,
          configs: image.configs(ofTopic: topic.name))
      )
    }
    #expect(Dictionary(uniqueKeysWithValues: ours) == model.topics, "\(what)")
    for topic in image.topics {
      #expect(topic.partitions.keys.sorted() == Array(0..<topic.partitionCount), "\(what)")
      #expect(topic.partitions.values.allSatisfy { $0.leader == 1 && $0.replicas == [1] })
    }
  }

  private static func decide(
    _ request: CatalogModel.Request, _ catalog: TopicCatalog
  ) throws(CatalogError) -> [MetadataRecord] {
    switch request {
    case .create(let name, let partitions, let configs, let id):
      return try catalog.createTopic(
        .init(name, partitions: partitions, configs: configs, id: id))
    case .delete(let name): return try catalog.deleteTopic(named: known(name))
    case .grow(let name, let count):
      return try catalog.createPartitions(of: known(name), count: count)
    case .alter(let name, let changes):
      return try catalog.alterConfigs(of: known(name), changes)
    }
  }

  private static func known(_ name: String) throws(CatalogError) -> TopicName {
    do { return try TopicName(name) } catch {
      throw CatalogError(.unknownTopicOrPartition, "\(error)")
    }
  }

  // MARK: - Requests

  private static let names = [
    "a", "b", "a.b", "a_b", "a-b", "A", "x.y.z", "x_y.z", "", ".", "..", "a b", "é",
    "__consumer_offsets",
    "__cluster_metadata", String(repeating: "n", count: 249), String(repeating: "n", count: 250),
  ]
  private static let values: [(String, String)] = [
    ("retention.ms", "5"), ("retention.ms", "-2"), ("cleanup.policy", "compact"),
    ("cleanup.policy", "delete"), ("cleanup.policy", "nothing"), ("segment.bytes", "2000000"),
    ("segment.bytes", "1"), ("no.such.config", "1"), ("varve.durability", "group"),
    ("compression.type", "zstd"),
  ]

  private static func request(
    _ random: inout SeededGenerator, _ model: CatalogModel
  ) -> CatalogModel.Request {
    let name = names.randomElement(using: &random) ?? ""
    let existing = model.topics.keys.sorted().randomElement(using: &random)
    let likely = Bool.random(using: &random) ? existing ?? name : name
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      let counts: [Int32] = [1, 1, 2, 5, 0, -1, 10_001]
      return .create(
        name, partitions: counts.randomElement(using: &random) ?? 1, configs: configs(&random),
        id: TopicID(using: &random))
    case 1 where Bool.random(using: &random): return .delete(likely)
    case 2: return .grow(likely, to: Int32.random(in: 0...9, using: &random))
    default: return .alter(likely, changes(&random))
    }
  }

  private static func configs(_ random: inout SeededGenerator) -> [String: String] {
    var configs: [String: String] = [:]
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      guard let (name, value) = values.randomElement(using: &random) else { continue }
      configs[name] = value
    }
    return configs
  }

  private static func changes(_ random: inout SeededGenerator) -> [ConfigChange] {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let (name, value) = values.randomElement(using: &random) ?? ("", "")
      switch Int.random(in: 0..<5, using: &random) {
      case 0: return .delete(name: name)
      case 1: return .append(name: name, value: value)
      case 2: return .subtract(name: name, value: value)
      default: return .set(name: name, value: value)
      }
    }
  }
}
