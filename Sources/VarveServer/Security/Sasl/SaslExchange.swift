package import VarveBase

/// What is said under one mechanism until the client has proved who it is, or has not. Without I/O.
package enum SaslExchange: Sendable {
  case plain(UserPasswords)
  case scram(ScramExchange)
  case oauth(OAuthExchange)

  /// Takes the client's next message. After a refusal there is no next.
  package mutating func take(_ message: [UInt8]) throws(SaslRefusal) -> SaslAnswer {
    switch self {
    case .plain(let passwords):
      let message = try PlainMessage(message)
      guard passwords.contains(message.user, password: message.password) else {
        throw SaslRefusal("wrong password, or no such user", user: message.user)
      }
      return .proved(user: message.user, [])
    case .scram(var exchange):
      let answer = try exchange.take(message)
      self = .scram(exchange)
      return answer
    case .oauth(var exchange):
      let answer = try exchange.take(message)
      self = .oauth(exchange)
      return answer
    }
  }
}

/// What the client is told.
package enum SaslAnswer: Equatable, Sendable {
  /// It has to go on.
  case challenge([UInt8])
  /// It is who it says it is, until its proof ends, if it does.
  case proved(user: String, [UInt8], until: Timestamp? = nil)
}

/// Why a client is not who it says it is, or says nothing that makes sense. For the log: clients
/// are told as much of a wrong password as of an unknown user.
package struct SaslRefusal: Error, Equatable {
  package let reason: String
  /// Who the client says it is, as far as it said so.
  package let user: String?

  package init(_ reason: String, user: String? = nil) {
    self.reason = reason
    self.user = user
  }
}
