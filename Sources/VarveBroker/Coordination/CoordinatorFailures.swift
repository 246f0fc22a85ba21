internal import VarveBase
internal import VarveCoordination
internal import VarveLog

extension CoordinatorError {
  /// What a request is told whose records could not be stored, or whose coordinator could not be
  /// loaded. All but a producer's own faults are worth trying again.
  init(storing error: LogError) {
    let code: ErrorCode =
      switch error.code {
      case .invalidProducerEpoch: .invalidProducerEpoch
      case .invalidTransactionState: .invalidTxnState
      case .outOfOrderSequence: .outOfOrderSequenceNumber
      case .batchTooLarge, .invalidRecord: .unknownServerError
      default: .coordinatorNotAvailable
      }
    self.init(code, error.description)
  }
}

extension LogError {
  /// An error of building a batch, or of appending it.
  init(any error: any Error, _ partition: TopicPartition) {
    switch error {
    case let error as LogError: self = error
    case let error as RecordBatchError: self.init(error, for: partition)
    default: preconditionFailure("an error of no known layer: \(error)")
    }
  }
}
