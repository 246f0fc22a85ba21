internal import Varve

extension HistoryRule {
  /// When a group is at rest, each of its partitions has an owner.
  public static let ownedAtRest = HistoryRule { facts in
    var ownership = Ownership()
    var violations: [HistoryViolation] = []
    for move in facts.moves {
      ownership.follow(move, facts)
      guard case .atRest(let group, let partitions) = move else { continue }
      for number in partitions {
        let place = HistoryFacts.GroupPartition(group: group, partition: number)
        guard ownership.owners(of: place).isEmpty else { continue }
        let partition = facts.partitions[number]
        violations.append(
          HistoryViolation(
            .unowned, "nobody of group \(facts.groups[group]), which is at rest, owns \(partition)",
            partition: partition))
      }
    }
    return violations
  }
}
