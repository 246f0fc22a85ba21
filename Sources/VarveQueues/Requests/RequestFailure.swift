/// Why a request could not be answered, as the one who was asked says it: what a handler throws to
/// choose the words that its client gets.
///
/// ```swift
/// throw RequestFailure("soldOut", "no apples until Monday")
/// ```
public struct RequestFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// A word for programs.
  public let code: String
  /// Words for people.
  public let message: String

  public init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code): \(message)" }

  /// The code of a failure of a handler that did not throw a `RequestFailure`.
  public static let handlerCode = "handlerFailed"
  /// The code of a request whose value or headers cannot be read.
  public static let unreadableCode = "unreadable"
}
