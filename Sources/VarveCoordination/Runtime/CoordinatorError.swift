package import VarveBase

/// A request that a coordinator refuses. Its state is as it was.
package struct CoordinatorError: Error, Equatable, CustomStringConvertible {
  package let code: ErrorCode
  /// What was wrong, with which group, member or transaction, and what to do.
  package let message: String

  package init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { "\(code.kafkaName): \(message)" }
}
