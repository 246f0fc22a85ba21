/// A member as an assignor sees it.
package struct AssignorMember: Equatable, Sendable {
  package let id: String
  /// Of a static member (KIP-345).
  package var instanceID: String?
  /// The topics that it subscribes to; those that do not exist are passed over.
  package var topics: Set<String>
  /// What it has so far, by topic: what sticky assignors leave it.
  package var owned: [String: [Int32]]
  /// When it got that. Of two members that name the same partition the later one has it.
  package var generation: Int32

  package init(
    id: String, instanceID: String? = nil, topics: Set<String>, owned: [String: [Int32]] = [:],
    generation: Int32 = -1
  ) {
    self.id = id
    self.instanceID = instanceID
    self.topics = topics
    self.owned = owned
    self.generation = generation
  }
}

/// Partitions by member and topic, each list ascending; a member that gets nothing is in it too.
package typealias MemberAssignments = [String: [String: [Int32]]]

/// Deals partitions of topics to the members of a group. The same question has the same answer,
/// whatever the order in which it is put.
package protocol Assignor: Sendable {
  /// The name by which groups choose it, Kafka's where Kafka has it.
  var name: String { get }

  /// Gives each partition of each topic that anyone subscribes to to one of its subscribers.
  /// - Parameter topics: the number of partitions of each topic that exists.
  func assign(_ members: [AssignorMember], topics: [String: Int32]) -> MemberAssignments
}

/// The assignors that a group coordinator knows by name.
package enum Assignors {
  package static let all: [any Assignor] = [
    UniformAssignor(), RangeAssignor(), RoundRobinAssignor(), StickyAssignor(),
  ]

  package static func named(_ name: String) -> (any Assignor)? {
    all.first { $0.name == name }
  }
}
