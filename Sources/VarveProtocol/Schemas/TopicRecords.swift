package import VarveBase

/// A topic comes to be.
package struct TopicRecord: WireMessage, Equatable {
  package static let api = API(2, versions: 0...0, flexibleSince: 0)

  package var name = ""
  package var topicID = TopicID.zero

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&name)
    wire.code(&topicID)
  }
}

/// A topic is deleted, with its partitions and its configs.
package struct RemoveTopicRecord: WireMessage, Equatable {
  package static let api = API(9, versions: 0...0, flexibleSince: 0)

  package var topicID = TopicID.zero

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topicID)
  }
}

/// The eligible leader replicas of a topic, or of all where the name is empty, are forgotten
/// (KIP-966).
package struct ClearElrRecord: WireMessage, Equatable {
  package static let api = API(28, versions: 0...0, flexibleSince: 0)

  package var topicName = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topicName)
  }
}
