package import VarveProtocol

/// What the shell does once a group's records are stored: members that waited for each other are
/// answered.
package enum GroupEffect: Sendable {
  case join(RequestID, Result<JoinGroupResponse, CoordinatorError>)
  case sync(RequestID, Result<SyncGroupResponse, CoordinatorError>)
}

package typealias GroupDecision<Reply: Sendable> = Decision<GroupRecord, Reply, GroupEffect>
