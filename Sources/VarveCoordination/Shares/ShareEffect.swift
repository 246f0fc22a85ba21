package import VarveProtocol

/// What the shell does once a share group's records are stored.
package enum ShareEffect: Equatable, Sendable {
  /// Consumers that wait for records of the partition may get some.
  case available(SharePartitionKey)
  /// Records are to be copied to the dead letters; `deadLettered` tells that they are.
  case copy(SharePartitionKey, [DeadLetter])
}

package typealias ShareDecision<Reply: Sendable> = Decision<ShareStateRecord, Reply, ShareEffect>
