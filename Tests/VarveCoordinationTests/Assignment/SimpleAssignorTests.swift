import Testing
import VarveCoordination
import VarveTestKit
import VarveTestSupport

/// Goal: partitions are shared as KIP-932 and Kafka's simple assignor say: none without a member,
/// none with more than others, shares equal. Method: invariants over random groups and their
/// changes, and all the ways there are for small ones.
struct SimpleAssignorTests {
  @Test func `one partition goes to all members, and several partitions to one`() {
    let five = (0..<5).map { AssignorMember(id: "m\($0)", topics: ["t"]) }
    let shared = SimpleAssignor().assign(five, topics: ["t": 1])
    #expect(shared.values.allSatisfy { $0 == ["t": [0]] } && shared.count == 5)
    let alone = SimpleAssignor().assign([five[0]], topics: ["t": 3, "other": 2])
    #expect(alone == ["m0": ["t": [0, 1, 2]]])
  }

  /// As in Kafka's: each partition has ceil(members / partitions), and members have the same
  /// number, give or take one.
  @Test(arguments: 1...7, 1...7)
  func `members that subscribe alike share alike`(members: Int, partitions: Int) {
    let all = (0..<members).map { AssignorMember(id: "m\($0)", topics: ["t"]) }
    let dealt = SimpleAssignor().assign(all, topics: ["t": Int32(partitions)])
    let shares = dealt.values.map { $0["t"] ?? [] }
    let sharers = (members + partitions - 1) / partitions
    for partition in 0..<Int32(partitions) {
      #expect(shares.filter { $0.contains(partition) }.count == sharers)
    }
    let counts = shares.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1 && counts.min() ?? 0 >= 1)
  }

  @Test(arguments: TestShare.seeds(60, long: 3000), [true, false])
  func `every partition and every member has somebody, however they change`(
    seed: UInt64, alike: Bool
  ) {
    var cluster = RandomCluster(seed: seed, alike: alike)
    cluster.ownAtRandom()
    for _ in 0..<6 {
      let dealt = SimpleAssignor().assign(cluster.members, topics: cluster.topics)
      check(dealt, cluster)
      let again = SimpleAssignor().assign(cluster.members.reversed(), topics: cluster.topics)
      #expect(again == dealt, "the order of members does not matter")
      cluster.own(dealt)
      let kept = SimpleAssignor().assign(cluster.members, topics: cluster.topics)
      #expect(kept == dealt, "nothing moves where nothing changes")
      cluster.change()
    }
  }

  private func check(_ dealt: MemberAssignments, _ cluster: RandomCluster) {
    #expect(Set(dealt.keys) == Set(cluster.members.map(\.id)))
    for member in cluster.members {
      let share = dealt[member.id] ?? [:]
      #expect(Set(share.keys).isSubset(of: member.topics.intersection(cluster.topics.keys)))
      let canHave = member.topics.contains { cluster.topics[$0] ?? 0 > 0 }
      #expect(share.isEmpty != canHave, "\(member.id) has nothing though it could")
    }
    for (topic, count) in cluster.topics {
      let subscribers = cluster.members.filter { $0.topics.contains(topic) }
      if subscribers.isEmpty { continue }
      let sharers = (0..<count).map { partition in
        subscribers.filter { dealt[$0.id]?[topic]?.contains(partition) == true }.count
      }
      #expect(Set(sharers).count <= 1 && sharers.allSatisfy { $0 >= 1 }, "\(topic): \(sharers)")
    }
  }

  /// Of all ways to give each partition as many members as it has, none has more equal shares: by
  /// the sum of their squares.
  @Test(arguments: TestShare.seeds(60, long: 1000))
  func `no way to deal is more equal, whatever members subscribe to`(seed: UInt64) {
    var cluster = RandomCluster(seed: seed, alike: false, sizes: (3, 2, 4))
    cluster.ownAtRandom()
    let dealt = SimpleAssignor().assign(cluster.members, topics: cluster.topics)
    let members = cluster.members.map(\.id)
    let squares = { (counts: [Int]) in counts.reduce(0) { $0 + $1 * $1 } }
    let ours = squares(members.map { dealt[$0]?.values.reduce(0) { $0 + $1.count } ?? 0 })
    var best = Int.max
    var counts = members.map { _ in 0 }
    let slots = cluster.topics.sorted { $0.key < $1.key }.flatMap { topic, count in
      (0..<count).map { partition -> (subscribers: [Int], sharers: Int) in
        (
          members.indices.filter { cluster.members[$0].topics.contains(topic) },
          members.filter { dealt[$0]?[topic]?.contains(partition) == true }.count
        )
      }
    }
    func search(_ slot: Int) {
      guard slot < slots.count else { return best = min(best, squares(counts)) }
      for chosen in Self.subsets(of: slots[slot].subscribers, count: slots[slot].sharers) {
        for member in chosen { counts[member] += 1 }
        search(slot + 1)
        for member in chosen { counts[member] -= 1 }
      }
    }
    search(0)
    #expect(ours == best)
  }

  private static func subsets(of all: [Int], count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return all.indices.flatMap { index in
      subsets(of: Array(all[(index + 1)...]), count: count - 1).map { [all[index]] + $0 }
    }
  }

  @Test func `who stays keeps what it has where that is fair`() {
    var members = ["a", "b", "c"].map { AssignorMember(id: $0, topics: ["t"]) }
    let before = SimpleAssignor().assign(members, topics: ["t": 6])
    for index in members.indices { members[index].owned = before[members[index].id] ?? [:] }
    members.removeLast()
    let after = SimpleAssignor().assign(members, topics: ["t": 6])
    for member in ["a", "b"] {
      let (old, new) = (Set(before[member]?["t"] ?? []), Set(after[member]?["t"] ?? []))
      #expect(old.count == 2 && new.count == 3 && old.isSubset(of: new))
    }
  }
}
