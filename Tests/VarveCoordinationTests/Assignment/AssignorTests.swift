import Testing
import VarveCoordination
import VarveTestKit

/// Oracle: what must hold of any assignment, counted; the formulas of range and round robin in
/// Kafka's documentation, as slow models; the least number of moves, by arithmetic or by trying
/// all.
struct AssignorTests {
  private static let names = ["range", "roundrobin", "sticky", "uniform"]

  private func assignor(_ name: String) throws -> any Assignor {
    try #require(Assignors.named(name))
  }

  @Test func `assignors are found by the names that groups choose them by`() {
    #expect(Assignors.all.map(\.name).sorted() == Self.names)
    #expect(Assignors.named("cooperative-sticky") == nil, "for clients only")
    #expect(CooperativeStickyAssignor().name == "cooperative-sticky")
  }

  @Test(arguments: names, [true, false])
  func `each partition of a subscribed topic has one owner, who subscribes to it`(
    name: String, alike: Bool
  ) throws {
    let assignor = try assignor(name)
    for seed in TestShare.seeds(300, long: 10_000) {
      var cluster = RandomCluster(seed: seed, alike: alike)
      for _ in 0..<4 {
        let assignments = assignor.assign(cluster.members, topics: cluster.topics)
        let given = assignments.values.flatMap(\.partitions)
        #expect(given.count == Set(given).count, "\(TestShare.again(seed))")
        #expect(Set(given) == Set(cluster.partitions), "\(TestShare.again(seed))")
        #expect(assignments.count == cluster.members.count)
        for member in cluster.members {
          let topics = assignments[member.id] ?? [:]
          #expect(member.topics.isSuperset(of: topics.keys), "\(TestShare.again(seed))")
          #expect(topics.values.allSatisfy { $0 == $0.sorted() && !$0.isEmpty })
        }
        cluster.members.shuffle(using: &cluster.generator)
        #expect(assignor.assign(cluster.members, topics: cluster.topics) == assignments)
        cluster.own(assignments)
        cluster.change()
      }
    }
  }

  // MARK: Formulas

  /// Static members first, by instance; then the others.
  private func inKafkasOrder(_ members: [AssignorMember]) -> [AssignorMember] {
    members.filter { $0.instanceID != nil }.sorted { ($0.instanceID ?? "") < ($1.instanceID ?? "") }
      + members.filter { $0.instanceID == nil }.sorted { $0.id < $1.id }
  }

  @Test func `range is the formula of Kafka's documentation`() {
    for seed in TestShare.seeds(300, long: 10_000) {
      let cluster = RandomCluster(seed: seed, alike: seed % 2 == 0)
      let assignments = RangeAssignor().assign(cluster.members, topics: cluster.topics)
      for (topic, count) in cluster.topics {
        let members = inKafkasOrder(cluster.members.filter { $0.topics.contains(topic) })
        for (index, member) in members.enumerated() {
          let each = Int(count) / members.count
          let extra = Int(count) % members.count
          let start = each * index + min(index, extra)
          let length = each + (index + 1 > extra ? 0 : 1)
          #expect(
            assignments[member.id]?[topic] ?? [] == (start..<start + length).map(Int32.init),
            "\(TestShare.again(seed))")
        }
      }
    }
  }

  @Test func `round robin deals like cards`() {
    for seed in TestShare.seeds(300, long: 10_000) {
      let cluster = RandomCluster(seed: seed, alike: seed % 2 == 0)
      var circle = inKafkasOrder(cluster.members)
      var expected: MemberAssignments = [:]
      for (topic, count) in cluster.topics.sorted(by: { $0.key < $1.key }) {
        guard circle.contains(where: { $0.topics.contains(topic) }) else { continue }
        for partition in 0..<count {
          while !circle[0].topics.contains(topic) { circle.append(circle.removeFirst()) }
          expected[circle[0].id, default: [:]][topic, default: []].append(partition)
          circle.append(circle.removeFirst())
        }
      }
      let assignments = RoundRobinAssignor().assign(cluster.members, topics: cluster.topics)
      #expect(assignments.filter { !$0.value.isEmpty } == expected, "\(TestShare.again(seed))")
    }
  }

  // MARK: Balance and stickiness

  @Test(arguments: ["uniform", "sticky"])
  func `G30: members that subscribe alike differ by one at most, and the fewest partitions move`(
    name: String
  ) throws {
    let assignor = try assignor(name)
    for seed in TestShare.seeds(500, long: 10_000) {
      var cluster = RandomCluster(seed: seed, alike: true)
      cluster.ownAtRandom()
      for _ in 0..<6 {
        let total = cluster.partitions.count
        let assignments = assignor.assign(cluster.members, topics: cluster.topics)
        let loads = cluster.members.map { assignments[$0.id]?.partitions.count ?? 0 }
        #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 1, "\(TestShare.again(seed))")

        // At most `low` each can stay, and one more with as many as the remainder allows.
        let existing = Set(cluster.partitions)
        let owned = cluster.members.map { member in
          member.owned.partitions.filter { existing.contains($0) }.count
        }
        let (low, more) = total.quotientAndRemainder(dividingBy: cluster.members.count)
        let stay = owned.reduce(0) { $0 + min($1, low) } + min(owned.count { $0 > low }, more)
        let stayed = cluster.members.reduce(0) { sum, member in
          sum
            + Set(member.owned.partitions).intersection(assignments[member.id]?.partitions ?? [])
            .count
        }
        #expect(stayed == stay, "\(TestShare.again(seed))")
        cluster.own(assignments)
        cluster.change()
        for index in cluster.members.indices {
          cluster.members[index].topics = cluster.members[0].topics
        }
      }
    }
  }

  /// All ways to deal the partitions to their subscribers: the shares, greatest first.
  private func bestShares(_ cluster: RandomCluster) -> [Int] {
    var reached: Set<[Int]> = [Array(repeating: 0, count: cluster.members.count)]
    for partition in cluster.partitions {
      var next: Set<[Int]> = []
      for shares in reached {
        for (index, member) in cluster.members.enumerated()
        where member.topics.contains(partition.topic) {
          var more = shares
          more[index] += 1
          next.insert(more)
        }
      }
      reached = next
    }
    let sorted = reached.map { $0.sorted(by: >) }
    return sorted.min { $0.lexicographicallyPrecedes($1) } ?? []
  }

  @Test func `members that subscribe differently have shares as even as can be`() {
    for seed in TestShare.seeds(150, long: 3000) {
      var cluster = RandomCluster(seed: seed, alike: false, sizes: (4, 3, 4))
      cluster.ownAtRandom()
      let assignments = UniformAssignor().assign(cluster.members, topics: cluster.topics)
      let shares = cluster.members.map { assignments[$0.id]?.partitions.count ?? 0 }
      #expect(shares.sorted(by: >) == bestShares(cluster), "\(TestShare.again(seed))")
      cluster.own(assignments)
      #expect(
        UniformAssignor().assign(cluster.members, topics: cluster.topics) == assignments,
        "what is as even as can be stays: \(TestShare.again(seed))")
    }
  }

  @Test func `of two that claim a partition the one that got it later has it`() {
    let topics: [String: Int32] = ["t": 2]
    var old = AssignorMember(id: "a", topics: ["t"], owned: ["t": [0, 1]], generation: 3)
    let new = AssignorMember(id: "b", topics: ["t"], owned: ["t": [0]], generation: 4)
    #expect(
      StickyAssignor().assign([old, new], topics: topics) == ["a": ["t": [1]], "b": ["t": [0]]])
    old.owned = ["t": [-1, 0, 2]]
    old.generation = 5
    #expect(
      StickyAssignor().assign([old, new], topics: topics) == ["a": ["t": [0]], "b": ["t": [1]]])
  }

  // MARK: Cooperative

  @Test("G29: cooperative-sticky gives nobody what another still has, and comes to sticky's result")
  func cooperative() {
    for seed in TestShare.seeds(300, long: 10_000) {
      var cluster = RandomCluster(seed: seed, alike: seed % 2 == 0)
      cluster.ownAtRandom()
      let final = StickyAssignor().assign(cluster.members, topics: cluster.topics)
      let first = CooperativeStickyAssignor().assign(cluster.members, topics: cluster.topics)
      for member in cluster.members {
        for partition in first[member.id]?.partitions ?? [] {
          let others = cluster.members.filter { $0.id != member.id }
          #expect(
            !others.contains { $0.owned.partitions.contains(partition) }, "\(TestShare.again(seed))"
          )
        }
        // What it keeps at the end it keeps at once.
        let kept = Set(member.owned.partitions).intersection(final[member.id]?.partitions ?? [])
        #expect(kept.isSubset(of: first[member.id]?.partitions ?? []), "\(TestShare.again(seed))")
      }
      // Alike, the second round is the last; else levelling may find another way on the way.
      cluster.own(first)
      var rounds = 1
      while Set(cluster.members.flatMap(\.owned.partitions)) != Set(cluster.partitions), rounds < 6
      {
        cluster.own(CooperativeStickyAssignor().assign(cluster.members, topics: cluster.topics))
        rounds += 1
      }
      #expect(rounds <= (seed % 2 == 0 ? 2 : 5), "\(TestShare.again(seed))")
    }
  }
}
