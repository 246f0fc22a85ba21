/// Where a transactional id is, with the numbers that records carry.
///
/// ```
/// Empty ──▶ Ongoing ──▶ PrepareCommit ──▶ CompleteCommit ──┐
///   ▲          ▲   └──▶ PrepareAbort  ──▶ CompleteAbort  ──┤
///   └──────────┴───────────────────────────────────────────┘
/// ```
///
/// Once it is prepared, the outcome stands; markers are written until every partition has one, and
/// only then is it complete. Kafka knows two more, Dead (6) and PrepareEpochFence (7), between a
/// decision and its record; a decision is a single step here, and neither is ever stored.
package enum TransactionStatus: Int8, CaseIterable, Sendable {
  case empty = 0
  case ongoing
  case prepareCommit
  case prepareAbort
  case completeCommit
  case completeAbort

  /// The names that Kafka knows and that no stored state has.
  static let neverStored: Set<String> = ["Dead", "PrepareEpochFence"]

  /// The name as Kafka's tools print it.
  package var name: String {
    switch self {
    case .empty: "Empty"
    case .ongoing: "Ongoing"
    case .prepareCommit: "PrepareCommit"
    case .prepareAbort: "PrepareAbort"
    case .completeCommit: "CompleteCommit"
    case .completeAbort: "CompleteAbort"
    }
  }

  /// Whether the outcome is decided and markers are still to be written.
  package var isPrepared: Bool { self == .prepareCommit || self == .prepareAbort }

  /// What follows once all markers are written.
  var completed: TransactionStatus? {
    switch self {
    case .prepareCommit: .completeCommit
    case .prepareAbort: .completeAbort
    case .empty, .ongoing, .completeCommit, .completeAbort: nil
    }
  }

  /// Whether the transaction committed or will; nil where it is undecided or there is none.
  var isCommit: Bool? {
    switch self {
    case .prepareCommit, .completeCommit: true
    case .prepareAbort, .completeAbort: false
    case .empty, .ongoing: nil
    }
  }
}
