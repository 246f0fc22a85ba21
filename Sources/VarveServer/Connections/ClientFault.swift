internal import VarveBase

/// What a client does, or leaves out, that the log is told.
enum ClientFault: Sendable {
  case tooManyConnections
  /// The client is not who it says it is.
  case refused
  case unproved
  /// Nothing came for too long, which most clients do now and then.
  case idle
  case unfinished
  case unread
  case overdue
  /// What it sent cannot be.
  case violation
  case batch

  var level: LogLevel {
    switch self {
    case .idle: .info
    default: .notice
    }
  }

  var words: String {
    switch self {
    case .tooManyConnections: "a connection was refused: there are too many"
    case .refused: "a client was not let in"
    case .unproved: "a connection was closed: the client did not prove who it is in time"
    case .idle: "a connection was closed: nothing came for too long"
    case .unfinished: "a connection was closed: the rest of a request did not come in time"
    case .unread: "a connection was closed: the client did not take its answers in time"
    case .overdue: "a connection was closed: a large request did not come whole in time"
    case .violation: "a connection was closed"
    case .batch: "a batch was refused"
    }
  }
}
