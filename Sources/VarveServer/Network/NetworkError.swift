/// What went wrong with an address or a socket.
package struct NetworkError: Error, Equatable, CustomStringConvertible {
  package enum Code: Sendable {
    /// No address: `HOST:PORT` that cannot be read, or a host that has none.
    case address
    /// Another program listens there.
    case inUse
    /// The process may not listen there.
    case permission
    /// Passwords, certificates or keys that cannot be used.
    case security
    /// There are too many open descriptors.
    case tooManyOpenFiles
    /// The peer ended the connection, or it was lost.
    case disconnected
    /// The rest of what the system can say.
    case system
  }

  package let code: Code
  /// What was tried, with which address, and why it failed.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
