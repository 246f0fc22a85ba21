/// Which groups change their protocol while they have members (KIP-848,
/// `group.consumer.migration.policy`). One without members always becomes what the first to join it
/// speaks.
package enum GroupMigrationPolicy: String, CaseIterable, Sendable {
  /// A classic group becomes a consumer group when a member of the consumer protocol joins, and a
  /// consumer group a classic one when the last such member is gone.
  case bidirectional
  case upgrade
  case downgrade
  case disabled

  var allowsUpgrade: Bool { self == .bidirectional || self == .upgrade }
  var allowsDowngrade: Bool { self == .bidirectional || self == .downgrade }
}
