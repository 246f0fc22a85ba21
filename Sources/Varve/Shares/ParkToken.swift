internal import VarveBase
internal import VarveCoordination

/// What records are parked under.
enum ParkToken {
  /// Throws `.invalidArgument` for a token that is empty or too long.
  static func check(_ token: String) throws(VarveError) {
    do throws(CoordinatorError) { try SharePartition.check(token: token) } catch {
      throw VarveError(.invalidArgument, error.message, cause: error)
    }
  }
}

extension ShareAcknowledgement {
  /// What a record is parked under; nil where it is not.
  var token: String? {
    guard case .park(let token) = self else { return nil }
    return token
  }
}
