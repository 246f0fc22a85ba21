internal import VarveBase
internal import VarveClient
internal import VarveCoordination

extension VarveError {
  /// The user's name for why a broker could not be asked.
  ///
  /// - Parameter isRepeatable: whether asking again does no harm where it is not known what became
  ///   of the request.
  init(_ error: ClientError, isRepeatable: Bool = true, in partition: TopicPartition? = nil) {
    let code: Code =
      switch error.code {
      case .address: .invalidArgument
      case .unreachable, .disconnected, .timedOut:
        error.wasSent && !isRepeatable ? .unknownOutcome : .unavailable
      case .badAnswer: .badAnswer
      case .security: .authenticationFailed
      case .unsupported: .unsupportedVersion
      case .closed: .closed
      }
    let message =
      code == .unknownOutcome
      ? "\(error.message); it is not known whether it was done" : error.message
    self.init(code, message, partition: partition, cause: error)
  }

  /// What a broker refused, with its own words where it gave some.
  init(
    refusing what: String, _ code: ErrorCode, _ message: String? = nil,
    in partition: TopicPartition? = nil
  ) {
    let reason = message.map { $0.isEmpty ? code.kafkaName : $0 } ?? code.kafkaName
    self.init(CoordinatorError(code, "\(what): \(reason)"), in: partition)
  }
}

extension CoordinatorError {
  /// Why a coordinator could not be asked, in the terms of those who ask it.
  init(_ failure: CoordinatorFailure, of what: String) {
    switch failure {
    case .refused(let code, let message):
      self.init(code, "the coordinator of \(what) was not found: \(message ?? code.kafkaName)")
    case .client(let error): self.init(error)
    }
  }

  init(_ error: ClientError) {
    let code: ErrorCode =
      switch error.code {
      case .unreachable, .disconnected, .timedOut: .networkException
      case .unsupported: .unsupportedVersion
      case .security: .saslAuthenticationFailed
      case .closed: .brokerNotAvailable
      case .address, .badAnswer: .unknownServerError
      }
    self.init(code, error.message)
  }
}

extension ErrorCode {
  /// Whether a partition has another leader than the one that was asked, or none for now.
  var isOfLeaders: Bool {
    switch self {
    case .notLeaderOrFollower, .leaderNotAvailable, .fencedLeaderEpoch, .unknownLeaderEpoch,
      .replicaNotAvailable, .offsetNotAvailable, .kafkaStorageError:
      true
    default: false
    }
  }
}
