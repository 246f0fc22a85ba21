/// Levels a table whose members subscribe differently.
///
/// What nobody has goes to the subscriber with the least. Then partitions are passed on along
/// chains of members, from one to another that has at least two less, until there is no such chain:
/// the shares are then as even as the subscriptions allow (an optimal semi-matching, Harvey and
/// others, 2006), and members that subscribe alike differ by one at most. The shortest chain is
/// taken, which moves the least.
struct UnequalLevelling {
  private(set) var table: AssignmentTable
  /// Who had each partition before.
  private let before: [[Int?]]
  /// Of each member, the number of partitions that it has of each topic.
  private var held: [[Int: Int]]

  init(_ table: AssignmentTable) {
    self.table = table
    before = table.owners
    held = Array(repeating: [:], count: table.members.count)
    for (topic, owners) in table.owners.enumerated() {
      for case let owner? in owners { held[owner][topic, default: 0] += 1 }
    }
  }

  mutating func run() {
    dealUnowned()
    while let chain = shorteningChain() {
      for link in chain { pass(link) }
    }
  }

  private mutating func dealUnowned() {
    let byChoice = table.topics.indices.sorted {
      (table.subscribers[$0].count, $0) < (table.subscribers[$1].count, $1)
    }
    for topic in byChoice {
      for partition in 0..<table.partitionCounts[topic] where table.owners[topic][partition] == nil
      {
        let least = table.subscribers[topic].min {
          (table.loads[$0], $0) < (table.loads[$1], $1)
        }
        guard let least else { continue }
        give(topic, partition, to: least)
      }
    }
  }

  /// A partition of `topic` passed from one member to the next.
  private struct Link {
    let topic: Int
    let from: Int
    let to: Int
  }

  /// The shortest chain from the member with the most that has one.
  ///
  /// Those that a search in vain came by need no search of their own: what they reach was reached,
  /// and they have no more than the one it started from.
  private func shorteningChain() -> [Link]? {
    var searched = Array(repeating: false, count: table.members.count)
    let byLoad = table.members.indices.sorted {
      (-table.loads[$0], $0) < (-table.loads[$1], $1)
    }
    for start in byLoad where !searched[start] {
      if let chain = chain(from: start, marking: &searched) { return chain }
    }
    return nil
  }

  /// Searches breadth first.
  private func chain(from start: Int, marking searched: inout [Bool]) -> [Link]? {
    var arrivals: [Int: Link] = [:]
    var seenTopics: Set<Int> = []
    var queue = [start]
    var next = 0
    searched[start] = true
    while next < queue.count {
      let giver = queue[next]
      next += 1
      for topic in held[giver].keys.sorted() where seenTopics.insert(topic).inserted {
        for taker in table.subscribers[topic] where taker != start && arrivals[taker] == nil {
          arrivals[taker] = Link(topic: topic, from: giver, to: taker)
          if table.loads[taker] + 2 <= table.loads[start] {
            return links(to: taker, start: start, arrivals: arrivals)
          }
          searched[taker] = true
          queue.append(taker)
        }
      }
    }
    return nil
  }

  private func links(to end: Int, start: Int, arrivals: [Int: Link]) -> [Link] {
    var links: [Link] = []
    var member = end
    while member != start, let link = arrivals[member] {
      links.append(link)
      member = link.from
    }
    return links
  }

  /// Passes on what costs nothing, if there is any: what the taker had before, or the giver had
  /// not.
  private mutating func pass(_ link: Link) {
    let choices = table.owners[link.topic].indices.filter {
      table.owners[link.topic][$0] == link.from
    }
    let before = before[link.topic]
    let best =
      choices.last { before[$0] == link.to } ?? choices.last { before[$0] != link.from }
      ?? choices.last
    if let best { give(link.topic, best, to: link.to) }
  }

  private mutating func give(_ topic: Int, _ partition: Int, to member: Int) {
    if let owner = table.owners[topic][partition] {
      held[owner][topic, default: 0] -= 1
      if held[owner][topic] == 0 { held[owner][topic] = nil }
    }
    held[member][topic, default: 0] += 1
    table.give(topic, partition, to: member)
  }
}
