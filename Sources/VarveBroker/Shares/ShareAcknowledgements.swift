internal import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// What became of a partition's part of a request.
struct ShareOutcome {
  var code = ErrorCode.none
  var message: String?

  init() {}

  init(_ error: CoordinatorError) {
    code = error.code
    message = error.message
  }

  init(_ code: ErrorCode) { self.code = code }
}

extension ShareAcknowledgementBatch {
  /// Throws INVALID_REQUEST where it does not make sense.
  func decoded() throws(CoordinatorError) -> Acknowledgement {
    guard firstOffset.rawValue >= 0, firstOffset <= lastOffset else {
      throw CoordinatorError(
        .invalidRequest, "offsets \(firstOffset) to \(lastOffset) are acknowledged")
    }
    let types = acknowledgeTypes.compactMap { AcknowledgeType(rawValue: $0) }
    guard types.count == acknowledgeTypes.count, !types.isEmpty else {
      throw CoordinatorError(
        .invalidRequest, "\(acknowledgeTypes) has an acknowledge type that there is not")
    }
    return Acknowledgement(
      firstOffset.rawValue...lastOffset.rawValue, types,
      retryDelay: retryDelay < 0 ? nil : retryDelay,
      reason: reason.isEmpty ? nil : reason, token: token.isEmpty ? nil : token)
  }
}
