/// Why a broker gave no answer that can be used.
package struct ClientError: Error, Equatable, CustomStringConvertible {
  package enum Code: Sendable {
    /// No address: `HOST:PORT` that cannot be read, or a host that has none.
    case address
    /// Nobody answers there, or the system gives no connection.
    case unreachable
    /// The connection was lost.
    case disconnected
    /// One of the sides did not prove who it is.
    case security
    case timedOut
    /// What came is not Kafka's protocol, or breaks it.
    case badAnswer
    /// There is no version of a message that both sides speak.
    case unsupported
    /// The client was closed.
    case closed
  }

  package let code: Code
  /// What was tried, with which broker, and why it failed.
  package let message: String
  /// Whether the request may have reached the broker, so that it is not known what became of it.
  package let wasSent: Bool

  package init(_ code: Code, _ message: String, wasSent: Bool = false) {
    self.code = code
    self.message = message
    self.wasSent = wasSent
  }

  package var description: String { message }

  /// The same, of a request that was sent.
  var afterSending: ClientError { ClientError(code, message, wasSent: true) }
}
