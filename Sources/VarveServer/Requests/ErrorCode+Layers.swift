internal import VarveBase
internal import VarveBroker
internal import VarveLog

/// The one place where errors of the layers below become the numbers that clients are told.
extension ErrorCode {
  init(_ error: LogError) {
    self =
      switch error.code {
      case .offsetOutOfRange: .offsetOutOfRange
      case .batchTooLarge: .messageTooLarge
      case .segmentOverflow, .invalidRecord: .invalidRecord
      case .invalidTimestamp: .invalidTimestamp
      case .outOfOrderSequence: .outOfOrderSequenceNumber
      case .invalidProducerEpoch: .invalidProducerEpoch
      case .invalidTransactionState: .invalidTxnState
      // The topic was deleted under the request.
      case .closed: .unknownTopicOrPartition
      case .corrupt, .unsupportedVersion, .foreignFile, .readOnly, .locked, .io: .kafkaStorageError
      }
  }

  init(_ error: BatchRejection) {
    self =
      switch error.code {
      case .corrupt: .corruptMessage
      case .unsupportedFormat: .unsupportedForMessageFormat
      case .unsupportedCompression: .unsupportedCompressionType
      case .invalidRecord: .invalidRecord
      case .invalidTimestamp: .invalidTimestamp
      case .tooLarge: .messageTooLarge
      // Clients send the batch again.
      case .busy: .requestTimedOut
      }
  }

  init(_ error: BrokerError) {
    switch error.code {
    case .catalog(let code): self = ErrorCode(rawValue: code.rawValue) ?? .unknownServerError
    case .log: self = (error.cause as? LogError).map { ErrorCode($0) } ?? .kafkaStorageError
    case .metadata: self = .kafkaStorageError
    case .closed: self = .notLeaderOrFollower
    }
  }
}
