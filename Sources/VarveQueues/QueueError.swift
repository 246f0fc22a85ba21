internal import Varve

/// Why something that is built on a log failed: a request, a conditional write, a handler.
///
/// ```swift
/// do {
///   try await stock.update("apples", to: 3, ifVersion: seen)
/// } catch where error.code == .versionConflict {
///   // somebody was faster: read again
/// }
/// ```
public struct QueueError: Error, Sendable {
  /// What kind of failure it is. There will be more kinds: a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    private init(_ name: String) { description = name }

    /// An argument out of its range; the message says which.
    public static let invalidArgument = Code("invalidArgument")
    /// A value could not be encoded or decoded; `cause` is what its coder threw.
    public static let coding = Code("coding")

    /// No reply came in time. The request may be handled all the same.
    public static let deadlineExceeded = Code("deadlineExceeded")
    /// Whoever answered says why it could not: `cause` is the ``RequestFailure``.
    public static let requestFailed = Code("requestFailed")

    /// The key has another version than the one that was seen, or none.
    public static let versionConflict = Code("versionConflict")
    /// The change was sent, and whether it counts is not known: reading tells.
    public static let unknownOutcome = Code("unknownOutcome")

    /// A store outside of the log failed, or refused what it was given; the message has its words.
    public static let store = Code("store")
    /// What is built on the log was closed, or the log.
    public static let closed = Code("closed")
    /// The task that waited was cancelled.
    public static let cancelled = Code("cancelled")
    /// The log failed: `cause` is the `VarveError`.
    public static let log = Code("log")
  }

  public let code: Code
  /// What was found, and the way out.
  public let message: String
  /// The error below, where there was one.
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// Whether trying the same again may succeed without a change to the program.
  public var isRetriable: Bool { (cause as? VarveError)?.isRetriable ?? false }
}

extension QueueError: CustomStringConvertible {
  public var description: String { message }
}

extension QueueError {
  /// What the log said, in the words of this module.
  init(_ error: VarveError) {
    let code: Code =
      switch error.code {
      case .cancelled: .cancelled
      case .closed: .closed
      case .coding: .coding
      case .invalidArgument: .invalidArgument
      case .unknownOutcome: .unknownOutcome
      default: .log
      }
    self.init(code, error.description, cause: error)
  }

  /// An error of any kind, as it is where it is one of this module's.
  init(_ error: any Error) {
    switch error {
    case let error as QueueError: self = error
    case let error as VarveError: self.init(error)
    case is CancellationError: self = .cancelled("the work")
    default: self.init(.log, "\(error)", cause: error)
    }
  }

  static func cancelled(_ what: String) -> QueueError {
    QueueError(.cancelled, "the task that waited for \(what) was cancelled")
  }

  static func closed(_ what: String) -> QueueError {
    QueueError(.closed, "\(what) was closed: make another one")
  }
}
