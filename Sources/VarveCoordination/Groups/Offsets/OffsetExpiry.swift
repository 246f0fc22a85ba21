package import VarveBase

/// From when on the retention of a group's committed offsets counts (KIP-211).
package enum OffsetExpiry: Equatable, Sendable {
  /// The group has members, and which topics they subscribe to is not known.
  case never
  /// From each commit: of topics that nobody in the group subscribes to, and of groups that never
  /// had members.
  case sinceCommit
  /// From when the group lost its last member.
  case sinceEmpty(Timestamp)
}

extension CommittedOffset {
  func isExpired(
    _ expiry: OffsetExpiry, retention: Int64, at now: Timestamp
  ) -> Bool {
    let start =
      switch expiry {
      case .never: nil as Timestamp?
      case .sinceCommit: commitTime
      case .sinceEmpty(let time): time
      }
    guard let start else { return false }
    if let expireTime { return now >= expireTime }
    let (age, overflows) = now.rawValue.subtractingReportingOverflow(start.rawValue)
    return overflows ? start < now : age >= retention
  }
}
