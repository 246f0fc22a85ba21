internal import VarveCoordination

extension ShareAcknowledgement {
  var type: AcknowledgeType {
    switch self {
    case .accept: .accept
    case .release, .park: .release
    case .reject: .reject
    case .renew: .renew
    }
  }

  var reason: String? {
    guard case .reject(let reason) = self else { return nil }
    return reason
  }

  /// Milliseconds; nil for what the group's configs say.
  var retryDelay: Int64? {
    guard case .release(let delay?) = self else { return nil }
    return max(delay.milliseconds, 0)
  }
}
