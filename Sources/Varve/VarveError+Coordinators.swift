internal import VarveBase
package import VarveCoordination

extension VarveError {
  /// The user's name for what a coordinator refuses.
  package init(_ error: CoordinatorError, in partition: TopicPartition? = nil) {
    self.init(Code(error.code), error.message, partition: partition, cause: error)
  }
}

extension VarveError.Code {
  /// The user's name for an error of Kafka's protocol.
  init(_ code: ErrorCode) {
    self =
      switch code {
      case .unknownTopicOrPartition, .unknownTopicID: .unknownTopicOrPartition
      case .offsetOutOfRange: .offsetOutOfRange
      case .fencedMemberEpoch, .unknownMemberID, .staleMemberEpoch, .illegalGeneration,
        .rebalanceInProgress, .invalidRecordState:
        .notAssigned
      case .fencedInstanceID, .unreleasedInstanceID, .producerFenced, .invalidProducerEpoch,
        .transactionCoordinatorFenced:
        .fenced
      case .groupIDNotFound: .unknownGroup
      case .nonEmptyGroup: .groupNotEmpty
      case .groupSubscribedToTopic: .groupNotEmpty
      case .groupMaxSizeReached: .groupFull
      case .inconsistentGroupProtocol: .invalidGroup
      case .transactionalIDNotFound: .unknownTransaction
      case .invalidTxnState, .invalidProducerIDMapping, .unknownProducerID:
        .invalidTransactionState
      case .transactionAbortable: .transactionAborted
      case .outOfOrderSequenceNumber, .duplicateSequenceNumber: .outOfOrderSequence
      case .invalidGroupID, .invalidRegularExpression, .unsupportedAssignor, .invalidRequest,
        .offsetMetadataTooLarge, .invalidTransactionTimeout, .invalidSessionTimeout,
        .invalidCommitOffsetSize, .policyViolation:
        .invalidArgument
      case .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator,
        .unstableOffsetCommit, .concurrentTransactions, .requestTimedOut, .networkException,
        .notEnoughReplicas, .notEnoughReplicasAfterAppend, .notLeaderOrFollower,
        .leaderNotAvailable, .replicaNotAvailable, .fencedLeaderEpoch, .unknownLeaderEpoch,
        .offsetNotAvailable, .notController, .throttlingQuotaExceeded, .shareSessionNotFound,
        .invalidShareSessionEpoch, .shareSessionLimitReached:
        .unavailable
      case .topicAlreadyExists: .topicAlreadyExists
      case .invalidTopicException: .invalidTopic
      case .invalidPartitions: .invalidPartitions
      case .invalidConfig: .invalidConfig
      case .invalidTimestamp: .invalidTimestamp
      case .invalidRecord: .invalidRecord
      case .unsupportedCompressionType: .unsupportedCompression
      case .brokerNotAvailable: .closed
      case .saslAuthenticationFailed: .authenticationFailed
      case .kafkaStorageError: .storage
      case .corruptMessage: .corrupt
      case .messageTooLarge, .recordListTooLarge: .recordTooLarge
      case .unsupportedVersion: .unsupportedVersion
      default: .refused
      }
  }
}
