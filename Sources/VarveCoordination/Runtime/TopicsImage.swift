package import VarveBase

/// The topics as coordinators are told of them: names, ids and partition counts at one version of
/// the metadata.
package struct TopicsImage: Equatable, Sendable {
  package struct Topic: Equatable, Sendable {
    package let name: String
    package let id: TopicID
    package let partitionCount: Int32

    package init(name: String, id: TopicID, partitionCount: Int32) {
      self.name = name
      self.id = id
      self.partitionCount = partitionCount
    }
  }

  /// By name, in the order of names.
  package let topics: [Topic]
  private let byName: [String: Int]
  private let byID: [TopicID: Int]

  package init(_ topics: [Topic] = []) {
    self.topics = topics.sorted { $0.name < $1.name }
    var byName: [String: Int] = [:]
    var byID: [TopicID: Int] = [:]
    for (index, topic) in self.topics.enumerated() {
      byName[topic.name] = index
      byID[topic.id] = index
    }
    self.byName = byName
    self.byID = byID
  }

  package func topic(named name: String) -> Topic? { byName[name].map { topics[$0] } }
  package func topic(_ id: TopicID) -> Topic? { byID[id].map { topics[$0] } }
}
