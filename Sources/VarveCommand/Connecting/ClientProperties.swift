#if Serve
  import Varve
  import VarveBroker

  /// How a broker is reached, as a file says in the words of Kafka's tools (`client.properties`),
  /// or in those of librdkafka where these are shorter.
  struct ClientProperties {
    private var values: [String: ServerProperties.Property] = [:]
    private let path: String

    /// The names that are known, with what others call the same.
    private static let synonyms: [String: String] = [
      "client.id": "client.id", "security.protocol": "security.protocol",
      "sasl.mechanism": "sasl.mechanism", "sasl.mechanisms": "sasl.mechanism",
      "sasl.username": "sasl.username", "sasl.password": "sasl.password",
      "sasl.jaas.config": "sasl.jaas.config", "ssl.ca.location": "ssl.ca.location",
      "ssl.truststore.location": "ssl.ca.location", "ssl.truststore.type": "ssl.truststore.type",
      "ssl.certificate.location": "ssl.certificate.location",
      "ssl.keystore.location": "ssl.certificate.location",
      "ssl.keystore.type": "ssl.keystore.type", "ssl.key.location": "ssl.key.location",
      "ssl.endpoint.identification.algorithm": "ssl.endpoint.identification.algorithm",
    ]

    /// Reads a file.
    init(_ path: String) throws {
      self.path = path
      for property in try ServerProperties.read(path).properties {
        guard let name = Self.synonyms[property.key] else {
          let meant = suggestion(for: property.key, among: Self.synonyms.keys.sorted())
          throw CommandError(
            "\(path), line \(property.line): there is no \(property.key) here\(meant)")
        }
        values[name] = property
      }
    }

    private subscript(_ name: String) -> String? { values[name]?.value }

    /// What is wrong with a value, with where it stands.
    private func fault(_ name: String, _ reason: String) -> CommandError {
      guard let property = values[name] else { return CommandError("\(path): \(reason)") }
      return CommandError("\(path), line \(property.line): \(property.key): \(reason)")
    }

    func options() throws -> Varve.ConnectOptions {
      var options = Varve.ConnectOptions()
      if let name = self["client.id"] { options.clientID = name }
      let spoken = (self["security.protocol"] ?? "PLAINTEXT").uppercased()
      guard ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"].contains(spoken) else {
        throw fault(
          "security.protocol", "it is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, not \(spoken)")
      }
      if spoken.hasSuffix("SSL") { options.security.tls = try tls() }
      if spoken.hasPrefix("SASL_") { options.security.login = try login() }
      return options
    }

    private func tls() throws -> Varve.ConnectSecurity.TLS {
      for name in ["ssl.truststore.type", "ssl.keystore.type"] {
        guard (self[name] ?? "PEM").uppercased() == "PEM" else {
          throw fault(name, "there is PEM alone")
        }
      }
      var tls = Varve.ConnectSecurity.TLS(authorityFile: self["ssl.ca.location"])
      tls.certificateFile = self["ssl.certificate.location"]
      tls.keyFile = self["ssl.key.location"]
      let name = "ssl.endpoint.identification.algorithm"
      switch (self[name] ?? "https").lowercased() {
      case "https": tls.checksHost = true
      case "", "none": tls.checksHost = false
      default: throw fault(name, "it is https, or empty for none")
      }
      return tls
    }

    private func login() throws -> Varve.ConnectSecurity.Login {
      let known = Varve.ConnectSecurity.Login.Mechanism.allCases
      let words = known.map(\.rawValue).joined(separator: ", ")
      guard let text = self["sasl.mechanism"] else {
        throw fault("sasl.mechanism", "sasl.mechanism is missing: one of \(words)")
      }
      guard let mechanism = known.first(where: { $0.rawValue == text.uppercased() }) else {
        throw fault("sasl.mechanism", "there are \(words), not \(text)")
      }
      var user = self["sasl.username"]
      var password = self["sasl.password"]
      if let text = self["sasl.jaas.config"] {
        guard let module = LoginModule(text) else {
          throw fault(
            "sasl.jaas.config",
            #"it is 'CLASS required username="NAME" password="PASSWORD";'"#)
        }
        (user, password) = (module.user, module.password)
      }
      guard let user, let password, !user.isEmpty, !password.isEmpty else {
        throw fault("", "sasl.username and sasl.password are missing")
      }
      return Varve.ConnectSecurity.Login(user: user, password: password, by: mechanism)
    }
  }
#endif
