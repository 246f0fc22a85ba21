import VarveCoordination
import VarveTestKit

/// Members and topics that a seed decides.
struct RandomCluster {
  var generator: SeededGenerator
  var topics: [String: Int32] = [:]
  var members: [AssignorMember] = []

  init(
    seed: UInt64, alike: Bool, sizes: (topics: Int, partitions: Int32, members: Int) = (6, 12, 9)
  ) {
    generator = SeededGenerator(seed: seed)
    for number in 0..<Int.random(in: 1...sizes.topics, using: &generator) {
      topics["t\(number)"] = Int32.random(in: 1...sizes.partitions, using: &generator)
    }
    let names = topics.keys.sorted() + ["missing"]
    let all = Set(names.filter { _ in alike && Bool.random(using: &generator) } + names.prefix(1))
    for number in 0..<Int.random(in: 1...sizes.members, using: &generator) {
      let some = Set(names.filter { _ in Bool.random(using: &generator) })
      members.append(AssignorMember(id: "m\(number)", topics: alike ? all : some))
      if Int.random(in: 0..<3, using: &generator) == 0 {
        members[number].instanceID = "i\(100 - number)"
      }
    }
    members.shuffle(using: &generator)
  }

  /// What the members have from now on.
  mutating func own(_ assignments: MemberAssignments) {
    for index in members.indices { members[index].owned = assignments[members[index].id] ?? [:] }
  }

  /// Each partition that exists and is subscribed to goes to a random subscriber, or to nobody.
  mutating func ownAtRandom() {
    var owned: MemberAssignments = [:]
    for (topic, count) in topics.sorted(by: { $0.key < $1.key }) {
      let subscribers = members.filter { $0.topics.contains(topic) }
      for partition in 0..<count where Int.random(in: 0..<4, using: &generator) > 0 {
        // The first ones have more.
        guard let most = subscribers.indices.last else { break }
        let rank = min(
          Int.random(in: 0...most, using: &generator), Int.random(in: 0...most, using: &generator))
        owned[subscribers[rank].id, default: [:]][topic, default: []].append(partition)
      }
    }
    own(owned)
  }

  /// A member leaves or comes, or a topic grows, comes or goes.
  mutating func change() {
    switch Int.random(in: 0..<5, using: &generator) {
    case 0 where members.count > 1:
      members.remove(at: Int.random(in: members.indices, using: &generator))
    case 1:
      let number = Int.random(in: 100..<10_000, using: &generator)
      guard !members.contains(where: { $0.id == "m\(number)" }) else { return }
      members.append(AssignorMember(id: "m\(number)", topics: members[0].topics))
    case 2: topics["t0"] = (topics["t0"] ?? 0) + 3
    case 3: topics["missing"] = topics["missing"] == nil ? 4 : nil
    default: topics["t1"] = nil
    }
  }

  /// The partitions that somebody subscribes to.
  var partitions: [Partition] {
    topics.flatMap { topic, count in
      members.contains { $0.topics.contains(topic) }
        ? (0..<count).map { Partition(topic: topic, number: $0) } : []
    }
  }
}

struct Partition: Hashable {
  let topic: String
  let number: Int32
}

extension [String: [Int32]] {
  var partitions: [Partition] {
    flatMap { topic, numbers in numbers.map { Partition(topic: topic, number: $0) } }
  }
}
