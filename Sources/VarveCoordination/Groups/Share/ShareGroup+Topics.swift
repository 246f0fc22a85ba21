internal import VarveBase

/// What members subscribe to, as far as it exists.
extension ShareGroupState {
  /// The topics that members subscribe to, in the order of their names.
  func subscribedTopics(in image: TopicsImage) -> [TopicsImage.Topic] {
    members.values.reduce(into: Set<String>()) { $0.formUnion($1.subscribedTopicNames) }
      .sorted().compactMap { image.topic(named: $0) }
  }

  package func isSubscribed(to topic: String) -> Bool {
    members.values.contains { $0.subscribedTopicNames.contains(topic) }
  }

  /// A number that is another where the subscribed topics are others, or have more partitions; 0
  /// where there are none. FNV-1a over ids and counts: Kafka has another function, so that a group
  /// which comes from there is dealt anew once.
  func topicsHash(in image: TopicsImage) -> Int64 {
    let topics = subscribedTopics(in: image)
    if topics.isEmpty { return 0 }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for topic in topics {
      for byte in 0..<16 {
        Self.mix(UInt8(truncatingIfNeeded: topic.id.rawValue >> (8 * byte)), &hash)
      }
      for byte in 0..<4 {
        Self.mix(UInt8(truncatingIfNeeded: topic.partitionCount >> (8 * byte)), &hash)
      }
    }
    return Int64(bitPattern: hash)
  }

  private static func mix(_ byte: UInt8, _ hash: inout UInt64) {
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  /// Each member's share of the topics as they are now. What the members are to have so far is
  /// where the assignor starts from.
  func newTargets(in image: TopicsImage) -> [String: PartitionsByTopic] {
    let topics = subscribedTopics(in: image)
    let asked = members.values.map { member in
      AssignorMember(
        id: member.id, topics: Set(member.subscribedTopicNames),
        owned: owned(by: targets[member.id] ?? PartitionsByTopic(), topics))
    }
    let counts = topics.map { ($0.name, $0.partitionCount) }
    let dealt = SimpleAssignor().assign(asked, topics: Dictionary(uniqueKeysWithValues: counts))
    return dealt.mapValues { share in
      var partitions = PartitionsByTopic()
      for (name, list) in share {
        if let topic = image.topic(named: name) { partitions[topic.id] = list }
      }
      return partitions
    }
  }

  /// By name, without the partitions of topics that are gone: a topic created again is another.
  private func owned(
    by target: PartitionsByTopic, _ topics: [TopicsImage.Topic]
  ) -> [String: [Int32]] {
    topics.reduce(into: [:]) { owned, topic in
      let list = target[topic.id]
      if !list.isEmpty { owned[topic.name] = list }
    }
  }
}
