/// Where a classic group is in its rebalance. The raw values are Kafka's names.
package enum ClassicGroupState: String, Sendable {
  /// No members; perhaps committed offsets.
  case empty = "Empty"
  /// Members are asked to join the next generation.
  case preparingRebalance = "PreparingRebalance"
  /// They have joined, and wait for the leader's assignment.
  case completingRebalance = "CompletingRebalance"
  case stable = "Stable"
  /// Deleted.
  case dead = "Dead"

  /// Whether a change of members starts a rebalance, rather than joining the one that is going on.
  var startsRebalance: Bool {
    switch self {
    case .empty, .completingRebalance, .stable: true
    case .preparingRebalance, .dead: false
    }
  }
}
