/// The assignor of share groups (KIP-932), whose members have partitions in common.
///
/// Each partition goes to at least one subscriber; where there are more members than partitions,
/// to as many as it takes for each member to have one, the same number for all partitions that
/// members subscribe to alike. Within that, shares are as equal as subscriptions allow, and members
/// keep as much of what they have as that allows. The same question has the same answer.
package struct SimpleAssignor: Sendable {
  package init() {}

  /// The name by which Kafka describes it.
  package var name: String { "simple" }

  /// - Parameters:
  ///   - members: Who subscribes to what, and has what.
  ///   - topics: The number of partitions of each topic that exists.
  package func assign(
    _ members: [AssignorMember], topics: [String: Int32]
  ) -> MemberAssignments {
    var sharing = PartitionSharing(members, topics: topics)
    sharing.keepOwned()
    sharing.fill()
    sharing.level()
    return sharing.assignments
  }
}
