import VarveBase
import VarveBroker

/// The catalogue as one would write it down: slow, obvious, and sharing nothing with ours but the
/// table of configs.
struct CatalogModel {
  struct Topic: Equatable {
    var id: TopicID
    var partitions: Int32
    var configs: [String: String] = [:]
  }

  var topics: [String: Topic] = [:]

  enum Request {
    case create(String, partitions: Int32, configs: [String: String], id: TopicID)
    case delete(String)
    case grow(String, to: Int32)
    case alter(String, [ConfigChange])
  }

  static let internalNames = [
    "__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata",
  ]

  /// Does what is asked, or says why not and changes nothing.
  mutating func perform(_ request: Request) -> CatalogError.Code? {
    switch request {
    case .create(let name, let partitions, let configs, let id):
      return create(name, partitions, configs, id)
    case .delete(let name):
      guard topics[name] != nil else { return .unknownTopicOrPartition }
      topics[name] = nil
      return nil
    case .grow(let name, let count):
      guard let topic = topics[name] else { return .unknownTopicOrPartition }
      if count <= topic.partitions { return .invalidPartitions }
      if count - topic.partitions > 10_000 { return .policyViolation }
      if total + count - topic.partitions > 20_000 { return .policyViolation }
      topics[name]?.partitions = count
      return nil
    case .alter(let name, let changes):
      guard var topic = topics[name] else { return .unknownTopicOrPartition }
      var seen: Set<String> = []
      for change in changes {
        if !seen.insert(change.name).inserted { return .invalidConfig }
        if !Self.alter(&topic.configs, change) { return .invalidConfig }
      }
      if !Self.areLegal(topic.configs) { return .invalidConfig }
      topics[name] = topic
      return nil
    }
  }

  private mutating func create(
    _ name: String, _ partitions: Int32, _ configs: [String: String], _ id: TopicID
  ) -> CatalogError.Code? {
    let legal = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
    if name.isEmpty || name == "." || name == ".." || name.count > 249
      || !name.allSatisfy({ legal.contains($0) })
    {
      return .invalidTopic
    }
    if topics[name] != nil { return .topicAlreadyExists }
    if Self.internalNames.contains(name) { return .invalidTopic }
    let collision = topics.keys.contains { other in
      other.map { $0 == "." ? "_" : $0 } == name.map { $0 == "." ? "_" : $0 }
    }
    if collision { return .invalidTopic }
    if partitions < 1 { return .invalidPartitions }
    if partitions > 10_000 { return .policyViolation }
    if total + partitions > 20_000 { return .policyViolation }
    if !Self.areLegal(configs) { return .invalidConfig }
    topics[name] = Topic(id: id, partitions: partitions, configs: configs)
    return nil
  }

  private static func areLegal(_ configs: [String: String]) -> Bool {
    configs.allSatisfy { name, value in
      guard let definition = TopicConfigDefinition.all.first(where: { $0.name == name }) else {
        return false
      }
      return (try? definition.value(of: value)) != nil
    }
  }

  private static func alter(_ configs: inout [String: String], _ change: ConfigChange) -> Bool {
    guard let definition = TopicConfigDefinition.all.first(where: { $0.name == change.name })
    else { return false }
    let list = (configs[change.name] ?? definition.standard).split(separator: ",").map(String.init)
    switch change {
    case .set(let name, let value): configs[name] = value
    case .delete(let name): configs[name] = nil
    case .append(let name, let value):
      if definition.type != .list { return false }
      configs[name] = (list.contains(value) ? list : list + [value]).joined(separator: ",")
    case .subtract(let name, let value):
      if definition.type != .list { return false }
      configs[name] = list.filter { $0 != value }.joined(separator: ",")
    }
    return true
  }

  private var total: Int32 { topics.values.reduce(0) { $0 + $1.partitions } }
}
