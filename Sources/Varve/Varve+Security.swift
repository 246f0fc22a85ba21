#if Serve
  internal import VarveSecurity
  internal import VarveServer

  extension Varve {
    /// A port to open, and who is let in there.
    public struct Listener: Sendable, ExpressibleByStringLiteral {
      /// `HOST:PORT`, the host of IPv6 in brackets. Port 0 takes one that is free.
      public var address: String
      /// By default nobody has to prove anything.
      public var security: ListenerSecurity

      public init(_ address: String, security: ListenerSecurity = ListenerSecurity()) {
        self.address = address
        self.security = security
      }

      public init(stringLiteral address: String) { self.init(address) }
    }

    /// That clients may do what the log's rules allow, and nothing else. Every tool that sets rules
    /// in Kafka (ACLs) does so here.
    public struct AccessRules: Sendable {
      /// Who may do everything, `User:admin` say.
      public var superUsers: Set<String>
      /// Whether everybody may do everything with what no rule is about.
      public var allowsWithoutRules: Bool

      public init(superUsers: Set<String> = [], allowsWithoutRules: Bool = false) {
        self.superUsers = superUsers
        self.allowsWithoutRules = allowsWithoutRules
      }
    }

    /// How the clients of a port prove who they are.
    public struct ListenerSecurity: Sendable {
      /// A way for clients to prove who they are, by Kafka's name for it.
      public enum Mechanism: String, Sendable, CaseIterable {
        /// The password itself, which whoever can read the connection learns.
        case plain = "PLAIN"
        /// Proof of the password, without the password (RFC 5802).
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
        /// A signed token (RFC 7628).
        case oauthBearer = "OAUTHBEARER"
      }

      /// What clients choose from; with none, they don't prove anything.
      ///
      /// Users of SCRAM are in the log: every tool that sets them in Kafka does so here.
      public var mechanisms: [Mechanism] = []
      /// The users of ``Mechanism/plain``: a file with lines of `USER:PASSWORD`.
      public var passwordFile: String?
      /// The tokens of ``Mechanism/oauthBearer``.
      public var tokens: Tokens?
      /// After how long clients have to prove anew who they are; nil: never. A token counts no
      /// longer than it says itself.
      public var sessionTimeMax: Duration?
      /// What connections are encrypted with; nil: they are not.
      public var tls: TLS?

      public init() {}

      /// Which tokens are accepted: JSON Web Tokens with an end, signed with RS256, RS384, RS512,
      /// ES256, ES384 or ES512 (RFC 7519, RFC 7518).
      public struct Tokens: Sendable {
        /// The keys that they are signed with, a JWK Set (RFC 7517). Read again when it changes.
        public var keyFile: String
        /// Whom they are to be for, one of these; none: anybody.
        public var audiences: [String] = []
        /// Who is to have made them; nil: whoever has a key.
        public var issuer: String?
        /// How far clocks may be apart.
        public var clockSkew = Duration.seconds(30)
        /// The claim with the user's name.
        public var subjectClaim = "sub"
        /// The claim with what a token is good for.
        public var scopeClaim = "scope"

        public init(keyFile: String) { self.keyFile = keyFile }
      }

      /// A certificate, and what is asked of clients. Files are PEM.
      public struct TLS: Sendable {
        /// The certificate, and after it those that lead to an authority which clients know.
        public var certificateFile: String
        /// Its key, without a password. May be the same file.
        public var keyFile: String
        /// Whether clients prove with a certificate who they are.
        public var clientCertificates = ClientCertificates.none
        /// The authorities whose certificates are accepted from clients.
        public var clientAuthorityFile: String?

        public init(certificateFile: String, keyFile: String) {
          self.certificateFile = certificateFile
          self.keyFile = keyFile
        }
      }

      /// Whether clients send certificates. Who sends one is the user of its subject.
      public enum ClientCertificates: String, Sendable, CaseIterable {
        case none
        /// One that is sent is checked; none may be sent.
        case requested
        case required
      }
    }
  }

  extension AccessOptions {
    init(_ rules: Varve.AccessRules) {
      self.init()
      superUsers = rules.superUsers
      allowsWithoutRules = rules.allowsWithoutRules
    }
  }

  extension ListenerOptions {
    init(_ listener: Varve.Listener) throws(NetworkError) {
      self.init(try SocketAddress(listener.address))
      security = VarveServer.ListenerSecurity(listener.security)
    }
  }

  extension TLSOptions {
    fileprivate init(_ tls: Varve.ListenerSecurity.TLS) {
      self.init(certificateFile: tls.certificateFile, keyFile: tls.keyFile)
      clientAuthorityFile = tls.clientAuthorityFile
      clientCertificates =
        switch tls.clientCertificates {
        case .none: .none
        case .requested: .requested
        case .required: .required
        }
    }
  }

  extension TokenOptions {
    fileprivate init(_ tokens: Varve.ListenerSecurity.Tokens) {
      self.init(keyFile: tokens.keyFile)
      audiences = tokens.audiences
      issuer = tokens.issuer
      clockSkewSeconds = tokens.clockSkew.components.seconds
      subjectClaim = tokens.subjectClaim
      scopeClaim = tokens.scopeClaim
    }
  }

  extension VarveServer.ListenerSecurity {
    fileprivate init(_ security: Varve.ListenerSecurity) {
      self.init()
      mechanisms = security.mechanisms.compactMap { SaslMechanism(rawValue: $0.rawValue) }
      passwordFile = security.passwordFile
      tokens = security.tokens.map { TokenOptions($0) }
      sessionMillisecondsMax = security.sessionTimeMax?.milliseconds ?? 0
      tls = security.tls.map { TLSOptions($0) }
    }
  }
#endif
