#if Serve
  import Varve
  import VarveBroker

  extension ServeSettings {
    /// How clients of a listener prove who they are, by the protocol that it speaks.
    static func security(
      of listener: ListenerSetting, _ configuration: StartConfiguration
    ) throws -> Varve.ListenerSecurity {
      var security = Varve.ListenerSecurity()
      guard protocols.contains(listener.securityProtocol) else {
        throw CommandError(
          "listener \(listener.name)://\(listener.address): there is no "
            + "\(listener.securityProtocol), only \(protocols.joined(separator: ", "))")
      }
      if listener.securityProtocol.hasPrefix("SASL_") {
        security.mechanisms = try mechanisms(configuration)
        security.passwordFile = configuration["varve.passwords"]
        security.tokens = try tokens(configuration)
        let limit = configuration["connections.max.reauth.ms"].flatMap { Int64($0) } ?? 0
        if limit > 0 { security.sessionTimeMax = .milliseconds(limit) }
      }
      if listener.securityProtocol.hasSuffix("SSL") { security.tls = try tls(configuration) }
      return security
    }

    /// Who may do what; nil where rules of access are not in force.
    static func access(_ configuration: StartConfiguration) throws -> Varve.AccessRules? {
      let name = configuration["authorizer.class.name"] ?? ""
      guard !name.isEmpty else { return nil }
      let known = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
      guard name == known else {
        throw CommandError("authorizer.class.name is \(name): there is \(known)")
      }
      let users = (configuration["super.users"] ?? "").split(separator: ";")
      let open = configuration["allow.everyone.if.no.acl.found"] ?? "false"
      return Varve.AccessRules(
        superUsers: Set(users.map(String.init)), allowsWithoutRules: open.lowercased() == "true")
    }

    private static let protocols = ["PLAINTEXT", "SASL_PLAINTEXT", "SSL", "SASL_SSL"]

    private static func tls(
      _ configuration: StartConfiguration
    ) throws -> Varve.ListenerSecurity.TLS {
      for name in ["ssl.keystore.type", "ssl.truststore.type"] {
        guard (configuration[name] ?? "PEM").uppercased() == "PEM" else {
          throw CommandError("\(name) is \(configuration[name] ?? ""): there is PEM alone")
        }
      }
      guard let certificate = configuration["ssl.keystore.location"] else {
        throw CommandError("ssl.keystore.location names no certificate for the SSL listeners")
      }
      var tls = Varve.ListenerSecurity.TLS(
        certificateFile: certificate, keyFile: configuration["varve.ssl.key"] ?? certificate)
      tls.clientAuthorityFile = configuration["ssl.truststore.location"]
      let asked = configuration["ssl.client.auth"] ?? "none"
      guard let known = Varve.ListenerSecurity.ClientCertificates(rawValue: asked.lowercased())
      else {
        throw CommandError("ssl.client.auth is \(asked): there are none, requested, required")
      }
      tls.clientCertificates = known
      return tls
    }

    private static func mechanisms(
      _ configuration: StartConfiguration
    ) throws -> [Varve.ListenerSecurity.Mechanism] {
      let name = "sasl.enabled.mechanisms"
      let text = configuration[name] ?? ServerConfigDefinition.named(name)?.standard ?? ""
      let known = Varve.ListenerSecurity.Mechanism.allCases.map(\.rawValue)
      let mechanisms = try ConfigValue.elements(of: text).map { element in
        guard let mechanism = Varve.ListenerSecurity.Mechanism(rawValue: element.uppercased())
        else {
          throw CommandError(
            "\(name) names '\(element)': there are \(known.joined(separator: ", "))")
        }
        return mechanism
      }
      guard !mechanisms.isEmpty else { throw CommandError("\(name) names no mechanism") }
      return mechanisms
    }
  }
#endif
