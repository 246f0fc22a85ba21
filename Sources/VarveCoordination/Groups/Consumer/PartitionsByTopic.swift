package import VarveBase
package import VarveProtocol

/// Partitions of topics, by the ids of these.
package struct PartitionsByTopic: Equatable, Sendable {
  /// Each list ascending, without repetitions, and not empty.
  private var lists: [TopicID: [Int32]] = [:]

  package init() {}

  package var isEmpty: Bool { lists.isEmpty }
  package var count: Int { lists.values.reduce(0) { $0 + $1.count } }
  /// In the order of their bytes.
  package var topicIDs: [TopicID] { lists.keys.sorted { $0.rawValue < $1.rawValue } }

  package subscript(topic: TopicID) -> [Int32] {
    get { lists[topic] ?? [] }
    set {
      let sorted = Self.isSorted(newValue) ? newValue : Set(newValue).sorted()
      lists[topic] = sorted.isEmpty ? nil : sorted
    }
  }

  private static func isSorted(_ partitions: [Int32]) -> Bool {
    zip(partitions, partitions.dropFirst()).allSatisfy { $0 < $1 }
  }

  package func contains(_ topic: TopicID, _ partition: Int32) -> Bool {
    guard let list = lists[topic] else { return false }
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < partition { low = middle + 1 } else { high = middle }
    }
    return low < list.count && list[low] == partition
  }

  /// Those that fulfil the condition.
  func filter(_ isIncluded: (TopicID, Int32) -> Bool) -> PartitionsByTopic {
    var result = PartitionsByTopic()
    for (topic, list) in lists { result[topic] = list.filter { isIncluded(topic, $0) } }
    return result
  }

  func subtracting(_ other: PartitionsByTopic) -> PartitionsByTopic {
    other.isEmpty ? self : filter { !other.contains($0, $1) }
  }

  func intersection(_ other: PartitionsByTopic) -> PartitionsByTopic {
    filter { other.contains($0, $1) }
  }

  func union(_ other: PartitionsByTopic) -> PartitionsByTopic {
    var result = self
    for (topic, list) in other.lists { result[topic] += list }
    return result
  }

  func isDisjoint(with other: PartitionsByTopic) -> Bool {
    lists.allSatisfy { topic, list in list.allSatisfy { !other.contains(topic, $0) } }
  }

  func isSubset(of other: PartitionsByTopic) -> Bool {
    lists.allSatisfy { topic, list in list.allSatisfy { other.contains(topic, $0) } }
  }

  func forEach(_ body: (TopicID, Int32) -> Void) {
    for (topic, list) in lists { for partition in list { body(topic, partition) } }
  }
}

/// The many structs of messages and records that are a topic's id and numbers of partitions.
package protocol TopicPartitionsField {
  init()
  var topicID: TopicID { get set }
  var partitions: [Int32] { get set }
}

extension ConsumerGroupHeartbeatRequest.TopicPartition: TopicPartitionsField {}
extension ConsumerGroupHeartbeatResponse.TopicPartition: TopicPartitionsField {}
extension ConsumerGroupTargetAssignmentMemberValue.TopicPartition: TopicPartitionsField {}
extension ConsumerGroupCurrentMemberAssignmentValue.TopicPartition: TopicPartitionsField {}

extension PartitionsByTopic {
  package init(_ fields: [some TopicPartitionsField]) {
    // Gathered first: setting sorts, and a topic may come any number of times.
    var gathered: [TopicID: [Int32]] = [:]
    for field in fields { gathered[field.topicID, default: []] += field.partitions }
    for (topic, partitions) in gathered { self[topic] = partitions }
  }

  package func fields<Field: TopicPartitionsField>(of type: Field.Type = Field.self) -> [Field] {
    topicIDs.map { topic in
      var field = Field()
      field.topicID = topic
      field.partitions = self[topic]
      return field
    }
  }
}
