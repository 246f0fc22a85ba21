extension ShareCoordinator {
  /// Forgets what groups have of topics that are gone.
  package mutating func forgetTopics(notIn topics: TopicsImage) -> ShareDecision<Void> {
    var decision = ShareDecision<Void>()
    for key in partitions.keys.sorted() where topics.topic(key.topicID) == nil {
      decision.records += forget(key).records
    }
    return decision
  }

  /// Forgets all that a group has.
  package mutating func forget(group: String) -> ShareDecision<Void> {
    var decision = ShareDecision<Void>()
    for key in partitions.keys.sorted() where key.group == group {
      decision.records += forget(key).records
    }
    return decision
  }
}
