internal import Varve

extension HistoryRule {
  /// The committed offsets of a group are what was committed: by the transactions whose output is
  /// visible, and by no other, and by the commits outside of transactions.
  public static let offsetsKept = HistoryRule { facts in
    let commits = commitsInOrder(facts)
    var last: [HistoryFacts.GroupPartition: Int] = [:]
    for (index, fetch) in facts.fetches.enumerated() { last[fetch.place] = index }
    let written = commits.mapValues { Dictionary(grouping: $0, by: \.offset) }
    return facts.fetches.enumerated().compactMap { index, fetch in
      let foreign = fetch.offset.flatMap { offset in
        uncommitted(offset, written[fetch.place]?[offset] ?? [], fetch, facts)
      }
      if let foreign { return foreign }
      guard last[fetch.place] == index else { return nil }
      return tooLow(fetch, commits[fetch.place] ?? [], facts)
    }
  }

  /// The commits of each partition by the time when they took effect. One whose end nobody was told
  /// may have been as early as it was asked for, and as late as its producer went on: it stands at
  /// both times, at the second as a possibility.
  private static func commitsInOrder(
    _ facts: HistoryFacts
  ) -> [HistoryFacts.GroupPartition: [OffsetCommit]] {
    var timed: [(time: Int, place: HistoryFacts.GroupPartition, commit: OffsetCommit)] = []
    for commit in facts.commits {
      let effective = OffsetCommit(commit, facts)
      timed.append((commit.time, commit.place, effective))
      if commit.latest > commit.time, effective.effect == .certain {
        timed.append((commit.latest, commit.place, effective.asPossible))
      }
    }
    timed.sort { $0.time < $1.time }
    return Dictionary(grouping: timed, by: \.place).mapValues { $0.map(\.commit) }
  }

  /// The violation where none of the commits of the offset that was fetched took effect.
  private static func uncommitted(
    _ offset: Offset, _ commits: [OffsetCommit], _ fetch: HistoryFacts.Fetch, _ facts: HistoryFacts
  ) -> HistoryViolation? {
    guard commits.allSatisfy({ $0.effect == .none }) else { return nil }
    let partition = facts.partitions[fetch.place.partition]
    let what =
      "group \(facts.groups[fetch.place.group]) has the committed offset \(offset) of \(partition)"
    if let transaction = commits.lazy.compactMap({ $0.transaction }).first {
      return HistoryViolation(
        .torn, "\(what), and the output of its transaction \(transaction) is not visible",
        partition: partition, offset: offset)
    }
    return HistoryViolation(
      commits.isEmpty ? .invented : .failedSeen,
      "\(what), " + (commits.isEmpty ? "which nobody committed" : "whose commit had failed"),
      partition: partition, offset: offset)
  }

  /// The violation where the last commits that took effect are above what is fetched at the end.
  private static func tooLow(
    _ fetch: HistoryFacts.Fetch, _ commits: [OffsetCommit], _ facts: HistoryFacts
  ) -> HistoryViolation? {
    var floor: OffsetCommit?
    for commit in commits {
      switch commit.effect {
      case .certain: floor = commit
      case .possible: if let last = floor, commit.offset < last.offset { floor = commit }
      case .none: break
      }
    }
    guard let floor, fetch.offset.map({ $0 < floor.offset }) ?? true else { return nil }
    let partition = facts.partitions[fetch.place.partition]
    let by = floor.transaction.map { "transaction \($0)" } ?? "group"
    return HistoryViolation(
      floor.transaction == nil ? .lost : .torn,
      "\(by) committed offset \(floor.offset) of \(partition) for"
        + " \(facts.groups[fetch.place.group]), which has"
        + (fetch.offset.map { " offset \($0)" } ?? " none"),
      partition: partition, offset: floor.offset)
  }
}

/// A commit of an offset, and whether it took effect.
private struct OffsetCommit {
  enum Effect { case certain, possible, none }

  let offset: Offset
  let transaction: TransactionID?
  private(set) var effect: Effect

  var asPossible: OffsetCommit {
    var copy = self
    copy.effect = .possible
    return copy
  }

  init(_ commit: HistoryFacts.Commit, _ facts: HistoryFacts) {
    offset = commit.offset
    if let number = commit.transaction {
      let transaction = facts.transactions[Int(number)]
      self.transaction = transaction.id
      effect = Self.effect(of: transaction, facts)
    } else {
      transaction = nil
      effect =
        switch commit.outcome {
        case .committed: .certain
        case .failed: .none
        case .unknown: .possible
        }
    }
  }

  /// An undecided transaction is as its records are.
  private static func effect(
    of transaction: HistoryFacts.Transaction, _ facts: HistoryFacts
  ) -> Effect {
    switch transaction.verdict {
    case .committed: return .certain
    case .aborted: return .none
    case .unknown:
      let records = transaction.records.lazy.map { facts.records[Int($0)] }
      if records.contains(where: { $0.isCommittedSeen }) { return .certain }
      return records.contains { facts.isMissing($0, of: .readCommitted) } ? .none : .possible
    }
  }
}
