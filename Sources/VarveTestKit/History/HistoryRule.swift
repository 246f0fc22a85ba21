/// One thing that must hold of every history. Each rule has a file of its own in `Rules`.
public struct HistoryRule: Sendable {
  private let check: @Sendable (HistoryFacts) -> [HistoryViolation]

  init(_ check: @escaping @Sendable (HistoryFacts) -> [HistoryViolation]) { self.check = check }

  func violations(in facts: HistoryFacts) -> [HistoryViolation] { check(facts) }

  /// All that a log, its transactions and its groups promise.
  public static let all: [HistoryRule] = log + transactions + groups

  /// What a log promises to those who write and read it.
  public static let log: [HistoryRule] = [
    wellRecorded, nothingLost, nothingDuplicated, nothingReordered, readInOrder, nothingInvented,
    nothingFailedSeen,
  ]

  /// What transactions promise.
  public static let transactions: [HistoryRule] = [
    nothingAbortedSeen, nothingTorn, offsetsKept,
  ]

  /// What the coordinator of a group promises.
  public static let groups: [HistoryRule] = [oneOwner, ownedAtRest]
}
