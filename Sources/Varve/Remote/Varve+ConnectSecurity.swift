#if Serve
  internal import VarveClient
  internal import VarveSecurity

  extension Varve {
    /// How a program and the brokers that it connects to prove to each other who they are. By
    /// default they don't.
    public struct ConnectSecurity: Sendable {
      /// What connections are encrypted with; nil: they are not.
      public var tls: TLS?
      /// Who the program is; nil where brokers don't ask.
      public var login: Login?

      public init() {}

      /// What brokers are believed by. Files are PEM.
      public struct TLS: Sendable {
        /// The authorities whose certificates are accepted from brokers; nil: the system's.
        public var authorityFile: String?
        /// Whether a broker's certificate has to be of the host that is connected to. Without,
        /// whoever has a certificate of the authorities can be between us and the broker.
        public var checksHost = true
        /// The program's own certificate, where brokers ask for one.
        public var certificateFile: String?
        /// Its key, without a password; nil: in the same file.
        public var keyFile: String?

        public init(authorityFile: String? = nil) { self.authorityFile = authorityFile }
      }

      /// A user with a password.
      public struct Login: Sendable {
        /// How brokers are shown the password.
        public enum Mechanism: String, Sendable, CaseIterable {
          /// As it is: whoever can read the connection learns it.
          case plain = "PLAIN"
          /// As proof that the program knows it (RFC 5802), and the broker too.
          case scramSHA256 = "SCRAM-SHA-256"
          case scramSHA512 = "SCRAM-SHA-512"
        }

        public var mechanism: Mechanism
        public var user: String
        public var password: String

        public init(user: String, password: String, by mechanism: Mechanism = .scramSHA512) {
          self.user = user
          self.password = password
          self.mechanism = mechanism
        }
      }

      /// Reads the files. Throws `.invalidArgument`.
      func link() throws(VarveError) -> LinkSecurity {
        var security = LinkSecurity()
        if let tls {
          var options = TLSClientOptions()
          options.authorityFile = tls.authorityFile
          options.certificateFile = tls.certificateFile
          options.keyFile = tls.keyFile
          do throws(TLSError) { security.tls = try TLSContext(options) } catch {
            throw VarveError(.invalidArgument, error.description)
          }
          security.checksHost = tls.checksHost
        }
        security.login = try login.map { login throws(VarveError) in
          guard !login.user.isEmpty, !login.password.isEmpty else {
            throw VarveError(.invalidArgument, "a login has a user and a password")
          }
          let mechanism: LinkSecurity.Login.Mechanism =
            switch login.mechanism {
            case .plain: .plain
            case .scramSHA256: .scramSHA256
            case .scramSHA512: .scramSHA512
            }
          return LinkSecurity.Login(mechanism, user: login.user, password: login.password)
        }
        return security
      }
    }
  }
#endif
