import VarveBase
import VarveCoordination
import VarveTestKit

/// What happens to the group.
extension GroupSimulation {
  private static let topicNames = ["a", "b", "t1", "t2"]

  mutating func startTopics() {
    for name in Self.topicNames.dropLast() where Bool.random(using: &generator) || name == "a" {
      createTopic(name)
    }
    publishTopics()
  }

  private mutating func createTopic(_ name: String) {
    topicLives += 1
    topicSizes[name] = (topicLives, Int32.random(in: 1...6, using: &generator))
  }

  private mutating func publishTopics() {
    coordinator.topicsChanged(
      to: TopicsImage(
        topicSizes.map { name, topic in
          .init(
            name: name, id: TopicID(rawValue: UInt128(topic.life)),
            partitionCount: topic.partitions)
        }))
  }

  mutating func startConsumer(instance: String? = nil) {
    let isStatic = Int.random(in: 0..<3, using: &generator) == 0
    let process = consumers.count
    var consumer = SimulatedConsumer(
      process: process, instanceID: instance ?? (isStatic ? "i\(process)" : nil),
      topics: ["a", "t1"], at: now)
    if Int.random(in: 0..<5, using: &generator) == 0 {
      consumer.assignor = ["uniform", "range"].randomElement(using: &generator)
    }
    if Int.random(in: 0..<4, using: &generator) == 0 {
      consumer.revocationTime = Int64.random(in: 1...15_000, using: &generator)
    }
    if Bool.random(using: &generator) { consumer.rebalanceTimeout = 60_000 }
    consumers.append(consumer)
    startBeating(process)
  }

  private mutating func someConsumer() -> Int? {
    consumers.indices.filter { consumers[$0].phase != .gone && !consumers[$0].isFrozen }
      .randomElement(using: &generator)
  }

  mutating func causeTrouble() {
    switch Int.random(in: 0..<14, using: &generator) {
    case 0...2:
      if consumers.count(where: { $0.phase != .gone && !$0.isFrozen }) < 6 { startConsumer() }
    case 3:
      if let index = someConsumer() { leave(index) }
    case 4:
      if let index = someConsumer() { consumers[index].isFrozen = true }
    case 5, 6: restartStaticMember()
    case 7:
      if let index = someConsumer() { consumers[index].revocationTime = nil }
    case 8, 9:
      if let index = someConsumer() { resubscribe(index) }
    case 10, 11: changeTopics()
    case 12:
      isCoordinatorUp = false
      schedule(.coordinatorIsBack, in: Int64.random(in: 0...30_000, using: &generator))
    default: jumpWallClock()
    }
  }

  private mutating func leave(_ index: Int) {
    consumers[index].leave()
    schedule(.beat(process: index, isRegular: false), in: 1)
  }

  /// A static member goes, with or without a word, and its next process starts.
  private mutating func restartStaticMember() {
    let candidates = consumers.indices.filter {
      consumers[$0].phase != .gone && !consumers[$0].isFrozen && consumers[$0].instanceID != nil
    }
    guard let index = candidates.randomElement(using: &generator) else { return }
    if Int.random(in: 0..<3, using: &generator) == 0 {
      consumers[index].isFrozen = true
    } else {
      leave(index)
    }
    startConsumer(instance: consumers[index].instanceID)
  }

  private mutating func resubscribe(_ index: Int) {
    let names = Self.topicNames.filter { _ in Bool.random(using: &generator) }
    let isPattern = Int.random(in: 0..<3, using: &generator) == 0
    consumers[index].subscribe(topics: names, pattern: isPattern ? "t.*" : nil)
  }

  private mutating func changeTopics() {
    guard let name = Self.topicNames.randomElement(using: &generator) else { return }
    if let topic = topicSizes[name] {
      let isDeleted = Int.random(in: 0..<3, using: &generator) == 0
      topicSizes[name] = isDeleted ? nil : (topic.life, topic.partitions + 1)
    } else {
      createTopic(name)
    }
    publishTopics()
  }

  /// From now on nobody is slow. Who hangs stays so, and is put out in the end.
  mutating func calmDown() {
    for index in consumers.indices { consumers[index].revocationTime = 0 }
  }
}
