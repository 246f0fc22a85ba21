internal import VarveProtocol

/// Values by group, topic and partition. Groups and topics without a value are not kept.
struct OffsetTree<Value: Sendable & Equatable>: Equatable, Sendable {
  typealias Topics = [String: [Int32: Value]]

  private(set) var groups: [String: Topics] = [:]

  var isEmpty: Bool { groups.isEmpty }

  subscript(key: OffsetCommitKey) -> Value? {
    get { groups[key.group]?[key.topic]?[key.partition] }
    set {
      if let newValue {
        groups[key.group, default: [:]][key.topic, default: [:]][key.partition] = newValue
      } else {
        groups[key.group]?[key.topic]?[key.partition] = nil
        if groups[key.group]?[key.topic]?.isEmpty == true { groups[key.group]?[key.topic] = nil }
        if groups[key.group]?.isEmpty == true { groups[key.group] = nil }
      }
    }
  }

  /// The keys of a group, in the order of topics and partitions, so that runs repeat.
  func keys(ofGroup group: String) -> [OffsetCommitKey] {
    (groups[group] ?? [:]).keys.sorted().flatMap { keys(ofGroup: group, topic: $0) }
  }

  func keys(ofGroup group: String, topic: String) -> [OffsetCommitKey] {
    (groups[group]?[topic] ?? [:]).keys.sorted()
      .map { OffsetCommitKey(group: group, topic: topic, partition: $0) }
  }

  /// Every key and its value, in the order of keys.
  var entries: [(key: OffsetCommitKey, value: Value)] {
    groups.keys.sorted().flatMap { keys(ofGroup: $0) }
      .compactMap { key in self[key].map { (key, $0) } }
  }
}

extension OffsetCommitKey {
  init(group: String, topic: String, partition: Int32) {
    self.init()
    self.group = group
    self.topic = topic
    self.partition = partition
  }
}
