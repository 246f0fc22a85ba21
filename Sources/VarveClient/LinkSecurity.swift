#if Serve
  package import VarveSecurity

  /// How the two sides of a connection prove who they are. By default they don't.
  package struct LinkSecurity: Sendable {
    /// Who the client is, and how it proves that.
    package struct Login: Sendable {
      package enum Mechanism: String, Sendable, CaseIterable {
        case plain = "PLAIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
      }

      package var mechanism: Mechanism
      package var user: String
      package var password: String

      package init(_ mechanism: Mechanism, user: String, password: String) {
        self.mechanism = mechanism
        self.user = user
        self.password = password
      }
    }

    /// What connections are encrypted with; nil: they are not.
    package var tls: TLSContext?
    /// Whether a broker's certificate has to be of the host that is connected to.
    package var checksHost = true
    /// Nil where brokers don't ask.
    package var login: Login?

    package init() {}
  }
#endif
