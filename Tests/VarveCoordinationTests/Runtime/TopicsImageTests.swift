import Testing
import VarveBase
import VarveCoordination
import VarveTestKit

struct TopicsImageTests {
  @Test func `topics are found by name and by id, and come in the order of names`() throws {
    var generator = SeededGenerator(seed: 1)
    let topics = ["b", "c", "a"].map {
      TopicsImage.Topic(name: $0, id: TopicID(using: &generator), partitionCount: 3)
    }
    let image = TopicsImage(topics)
    #expect(image.topics.map(\.name) == ["a", "b", "c"])
    for topic in topics {
      #expect(image.topic(named: topic.name) == topic)
      #expect(image.topic(topic.id) == topic)
    }
    #expect(image.topic(named: "d") == nil)
    #expect(image.topic(.zero) == nil)
  }
}
