/// Which members have which partitions, where a partition can have several: what
/// ``SimpleAssignor`` works on.
///
/// Members and topics are numbered in the order of their names, so that nothing depends on the
/// order of a dictionary.
struct PartitionSharing {
  private struct Slot: Hashable {
    let topic: Int
    let partition: Int32
  }

  private let members: [AssignorMember]
  private let topics: [(name: String, partitions: Int32)]
  /// The members that subscribe to each topic.
  private let subscribers: [[Int]]
  /// How many members each partition of a topic has.
  private let sharers: [Int]
  private var holders: [Slot: Set<Int>] = [:]
  private var holdings: [Set<Slot>]

  init(_ members: [AssignorMember], topics: [String: Int32]) {
    self.members = members.sorted { $0.id < $1.id }
    let used = members.reduce(into: Set<String>()) { $0.formUnion($1.topics) }
    self.topics = topics.filter { $0.value > 0 && used.contains($0.key) }
      .sorted { $0.key < $1.key }.map { (name: $0.key, partitions: $0.value) }
    let everyone = self.members
    subscribers = self.topics.map { topic in
      everyone.indices.filter { everyone[$0].topics.contains(topic.name) }
    }
    sharers = Self.sharers(self.members, self.topics)
    holdings = everyone.map { _ in [] }
  }

  /// A member wants one partition, and does not care which: each of those that it subscribes to has
  /// an equal part of that to bear. What a partition has to bear is rounded up. So there is a place
  /// for everybody, and where all subscribe alike it is their number by that of the partitions.
  private static func sharers(
    _ members: [AssignorMember], _ topics: [(name: String, partitions: Int32)]
  ) -> [Int] {
    var bornBy: [Int: [Int]] = [:]
    for member in members {
      let subscribed = topics.indices.filter { member.topics.contains(topics[$0].name) }
      let count = subscribed.reduce(0) { $0 + Int(topics[$1].partitions) }
      for topic in subscribed { bornBy[topic, default: []].append(count) }
    }
    return topics.indices.map { topic in
      let alike = Dictionary(grouping: bornBy[topic] ?? []) { $0 }
      let parts = alike.sorted { $0.key < $1.key }.map { Double($1.count) / Double($0) }
      // What rounding has added must not become a member more.
      return max(1, Int((parts.reduce(0, +) - 1e-9).rounded(.up)))
    }
  }

  // MARK: Steps

  /// Lets members keep what they had and subscribe to still. A partition that too many have is
  /// taken from those who have most.
  mutating func keepOwned() {
    for (member, _) in members.enumerated() {
      for (number, topic) in topics.enumerated() where members[member].topics.contains(topic.name) {
        for partition in members[member].owned[topic.name] ?? []
        where (0..<topic.partitions).contains(partition) {
          give(Slot(topic: number, partition: partition), to: member)
        }
      }
    }
    for slot in slots {
      while count(slot) > sharers[slot.topic],
        let most = holders[slot]?.max(by: { (load($0), $0) < (load($1), $1) })
      {
        take(slot, from: most)
      }
    }
  }

  /// Gives partitions that too few have to those subscribers who have least.
  mutating func fill() {
    for slot in slots {
      while count(slot) < sharers[slot.topic],
        let least = subscribers[slot.topic].filter({ !holdings[$0].contains(slot) })
          .min(by: { (load($0), $0) < (load($1), $1) })
      {
        give(slot, to: least)
      }
    }
  }

  /// Hands partitions on, from member to member where it takes several steps, while somebody has
  /// two more than somebody who could have one of them.
  mutating func level() {
    var isLevel = false
    while !isLevel {
      isLevel = true
      for member in members.indices.sorted(by: { (load($1), $0) < (load($0), $1) }) {
        while let path = pathDown(from: member) {
          for step in path {
            take(step.slot, from: step.from)
            give(step.slot, to: step.to)
          }
          isLevel = false
        }
      }
    }
  }

  var assignments: MemberAssignments {
    var assignments: MemberAssignments = [:]
    for (number, member) in members.enumerated() {
      var share: [String: [Int32]] = [:]
      for slot in holdings[number] {
        share[topics[slot.topic].name, default: []].append(slot.partition)
      }
      assignments[member.id] = share.mapValues { $0.sorted() }
    }
    return assignments
  }

  // MARK: Paths

  private struct Step {
    let from: Int
    let to: Int
    let slot: Slot
  }

  /// The shortest way on which each hands a partition to the next, to a member that has two less
  /// than the first; nil where there is none.
  private func pathDown(from first: Int) -> [Step]? {
    guard let least = holdings.map(\.count).min(), load(first) >= least + 2 else { return nil }
    var steps: [Int: Step] = [:]
    var visited: Set<Int> = [first]
    var front = [first]
    while !front.isEmpty {
      var next: [Int] = []
      for member in front {
        for slot in holdings[member].sorted(by: Self.precedes) {
          for other in subscribers[slot.topic]
          where !visited.contains(other) && !holdings[other].contains(slot) {
            visited.insert(other)
            steps[other] = Step(from: member, to: other, slot: slot)
            if load(other) <= load(first) - 2 { return path(to: other, steps) }
            next.append(other)
          }
        }
      }
      front = next
    }
    return nil
  }

  private func path(to last: Int, _ steps: [Int: Step]) -> [Step] {
    var path: [Step] = []
    var member = last
    while let step = steps[member] {
      path.append(step)
      member = step.from
    }
    return path.reversed()
  }

  // MARK: Places

  private var slots: [Slot] {
    topics.indices.flatMap { topic in
      (0..<topics[topic].partitions).map { Slot(topic: topic, partition: $0) }
    }
  }

  private static func precedes(_ left: Slot, _ right: Slot) -> Bool {
    (left.topic, left.partition) < (right.topic, right.partition)
  }

  private func load(_ member: Int) -> Int { holdings[member].count }
  private func count(_ slot: Slot) -> Int { holders[slot]?.count ?? 0 }

  private mutating func give(_ slot: Slot, to member: Int) {
    holdings[member].insert(slot)
    holders[slot, default: []].insert(member)
  }

  private mutating func take(_ slot: Slot, from member: Int) {
    holdings[member].remove(slot)
    holders[slot]?.remove(member)
  }
}
