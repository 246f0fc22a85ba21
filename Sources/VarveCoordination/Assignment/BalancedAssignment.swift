/// Equal shares that keep what members have.
enum BalancedAssignment {
  static func make(_ members: [AssignorMember], topics: [String: Int32]) -> MemberAssignments {
    var table = AssignmentTable(members, topics: topics)
    table.keepOwned()
    if table.isHomogeneous {
      table.levelByQuota()
    } else {
      var levelling = UnequalLevelling(table)
      levelling.run()
      table = levelling.table
    }
    return table.assignments
  }
}

extension AssignmentTable {
  /// Levels a table whose members subscribe alike: each has its quota, and those that have more
  /// already are the ones whose quota is one more, so that the fewest partitions move.
  fileprivate mutating func levelByQuota() {
    guard !members.isEmpty else { return }
    let quotas = quotas()
    var free: [(topic: Int, partition: Int)] = []
    // From the end, so that a member keeps the first of what it had.
    for topic in topics.indices.reversed() {
      for partition in (0..<partitionCounts[topic]).reversed() {
        if let owner = owners[topic][partition] {
          guard loads[owner] > quotas[owner] else { continue }
          give(topic, partition, to: nil)
        }
        free.append((topic, partition))
      }
    }
    deal(free.reversed(), quotas: quotas)
  }

  private func quotas() -> [Int] {
    let (size, longer) = partitionCount.quotientAndRemainder(dividingBy: members.count)
    let byLoad = members.indices.sorted { (-loads[$0], $0) < (-loads[$1], $1) }
    var quotas = Array(repeating: size, count: members.count)
    for member in byLoad.prefix(longer) { quotas[member] += 1 }
    return quotas
  }

  /// In turn, so that a topic's partitions spread over the members.
  private mutating func deal(
    _ free: some Sequence<(topic: Int, partition: Int)>, quotas: [Int]
  ) {
    var hungry = members.indices.filter { loads[$0] < quotas[$0] }
    var turn = 0
    for (topic, partition) in free {
      if turn == hungry.count {
        hungry.removeAll { loads[$0] == quotas[$0] }
        turn = 0
      }
      give(topic, partition, to: hungry[turn])
      turn += 1
    }
  }
}
