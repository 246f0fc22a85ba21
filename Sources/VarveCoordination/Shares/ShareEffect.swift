package import VarveProtocol

/// What the shell does once a share group's records are stored.
package enum ShareEffect: Equatable, Sendable {
  /// Consumers that wait for records of the partition may get some.
  case available(SharePartitionKey)
  /// Records are to be copied to the dead letters; `deadLettered` tells that they are.
  case copy(SharePartitionKey, [DeadLetter])
  /// What happened is to be written down, in a group that is traced.
  case trace(SharePartitionKey, [ShareEvent])
}

package typealias ShareDecision<Reply: Sendable> = Decision<ShareStateRecord, Reply, ShareEffect>
