internal import Varve

extension HistoryRule {
  /// At every instant a partition has at most one owner in a group.
  public static let oneOwner = HistoryRule { facts in
    var ownership = Ownership()
    var violations: [HistoryViolation] = []
    for move in facts.moves {
      if case .gained(let member, let number) = move {
        let place = facts.place(member, number)
        for other in ownership.owners(of: place) where other != member {
          let partition = facts.partitions[number]
          violations.append(
            HistoryViolation(
              .twoOwners,
              "\(facts.members[member]) gained \(partition) while \(facts.members[other]) owned it",
              partition: partition))
        }
      }
      ownership.follow(move, facts)
    }
    return violations
  }
}
