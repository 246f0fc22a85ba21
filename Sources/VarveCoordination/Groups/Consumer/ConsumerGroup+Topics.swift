internal import VarveProtocol

/// What members subscribe to, as far as it exists.
extension ConsumerGroup {
  /// Looks up the topics that members subscribe to, by name and by pattern. Returns whether they,
  /// or their numbers of partitions, are others than before.
  @discardableResult
  mutating func updateTopics(
    from image: TopicsImage, now: Moment, into records: inout [GroupRecord]
  ) -> Bool {
    for pattern in state.subscribedPatterns {
      let names = Self.names(matching: pattern, in: image)
      guard state.patterns[pattern] != names else { continue }
      emit(state.patternRecord(pattern, names, at: now), into: &records)
    }
    let topics = state.subscribedTopics(in: image)
    guard topics != state.topics else { return false }
    emit(state.topicsRecord(topics), into: &records)
    return true
  }

  /// Raises the epoch if topics have changed since the group looked.
  mutating func lookAtTopics(
    _ image: TopicsImage, now: Moment, into records: inout [GroupRecord]
  ) {
    guard mustLookAtTopics else { return }
    mustLookAtTopics = false
    guard updateTopics(from: image, now: now, into: &records) else { return }
    emit(state.epochRecord(state.epoch &+ 1), into: &records)
  }

  /// Forgets the patterns that nobody subscribes to any more.
  mutating func dropUnusedPatterns(into records: inout [GroupRecord]) {
    let used = Set(state.subscribedPatterns)
    for pattern in state.patterns.keys.sorted() where !used.contains(pattern) {
      emit(state.patternRecord(pattern, nil), into: &records)
    }
  }

  /// Also of internal topics: Kafka leaves it to the pattern too. A pattern that a later Kafka took
  /// and this one does not stands for nothing.
  private static func names(matching pattern: String, in image: TopicsImage) -> [String] {
    do throws(PatternError) {
      let pattern = try TopicPattern(pattern)
      return image.topics.map(\.name).filter { pattern.matches($0) }
    } catch {
      return []
    }
  }
}

extension ConsumerGroupState {
  var subscribedPatterns: [String] {
    Set(members.values.compactMap(\.subscribedPattern)).sorted()
  }

  /// The names of topics that a member subscribes to, whether they exist or not.
  func subscription(of member: ConsumerGroupMember) -> Set<String> {
    let matched = member.subscribedPattern.flatMap { patterns[$0] } ?? []
    return Set(member.subscribedTopicNames).union(matched)
  }

  /// Whether a member subscribes to the topic: its offsets must not be deleted then.
  package func isSubscribed(to topic: String) -> Bool {
    members.values.contains { subscription(of: $0).contains(topic) }
  }

  fileprivate func subscribedTopics(in image: TopicsImage) -> [String: KnownTopic] {
    var topics: [String: KnownTopic] = [:]
    for member in members.values {
      for name in subscription(of: member) where topics[name] == nil {
        topics[name] = image.topic(named: name).map {
          KnownTopic(id: $0.id, partitionCount: $0.partitionCount)
        }
      }
    }
    return topics
  }

  // MARK: Target assignment

  /// The assignor that most members ask for; that of the settings where none does, or that one is
  /// not to be had any more.
  func preferredAssignor(_ settings: GroupSettings) -> String {
    var votes: [String: Int] = [:]
    for member in members.values {
      if let name = member.serverAssignor { votes[name, default: 0] += 1 }
    }
    let known = settings.consumerAssignors.filter { Assignors.named($0) != nil }
    let winner = known.filter { votes[$0] != nil }.max { votes[$0] ?? 0 < votes[$1] ?? 0 }
    return winner ?? known.first ?? UniformAssignor().name
  }

  /// Each member's share of the topics as the group knows them. What the members are to have so far
  /// is where sticky assignors start from.
  func newTargets(_ settings: GroupSettings) -> [String: PartitionsByTopic] {
    let assignor = Assignors.named(preferredAssignor(settings)) ?? UniformAssignor()
    let members = members.values.map { member in
      AssignorMember(
        id: member.id, instanceID: member.instanceID, topics: subscription(of: member),
        owned: owned(by: targets[member.id] ?? PartitionsByTopic()))
    }
    let dealt = assignor.assign(members, topics: topics.mapValues(\.partitionCount))
    return dealt.mapValues { share in
      var partitions = PartitionsByTopic()
      for (name, list) in share {
        if let topic = topics[name] { partitions[topic.id] = list }
      }
      return partitions
    }
  }

  /// By name, without the partitions of topics that are gone: a topic created again is another.
  private func owned(by target: PartitionsByTopic) -> [String: [Int32]] {
    topics.compactMapValues { topic in
      let list = target[topic.id]
      return list.isEmpty ? nil : list
    }
  }
}
