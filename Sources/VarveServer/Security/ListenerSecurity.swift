package import VarveSecurity

/// How a listener makes sure of who its clients are. By default it does not.
package struct ListenerSecurity: Sendable {
  /// The mechanisms of SASL that clients choose from (`sasl.enabled.mechanisms`); if there are
  /// none, clients don't prove anything.
  package var mechanisms: [SaslMechanism] = []
  /// The users of PLAIN, a file with lines of `USER:PASSWORD`. Users of SCRAM are in the log.
  package var passwordFile: String?
  /// The tokens of OAUTHBEARER that are accepted.
  package var tokens: TokenOptions?
  /// After how many milliseconds clients have to prove anew who they are
  /// (`connections.max.reauth.ms`); 0: never.
  package var sessionMillisecondsMax: Int64 = 0

  /// What connections are encrypted with; nil: they are not.
  package var tls: TLSOptions?

  package init() {}

  /// Whether nobody is let in without proof of who that is.
  package var authenticates: Bool { !mechanisms.isEmpty || tls?.clientCertificates == .required }

  /// Whether whoever reads the connection learns passwords, or tokens.
  var tellsPasswords: Bool {
    tls == nil && (mechanisms.contains(.plain) || mechanisms.contains(.oauthBearer))
  }
}

/// An address to listen at, and who is let in there.
package struct ListenerOptions: Sendable {
  /// Port 0 takes one that is free.
  package var address: SocketAddress
  package var security = ListenerSecurity()

  package init(_ address: SocketAddress) { self.address = address }
}
