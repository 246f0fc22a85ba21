#if Serve
  import Varve
  import VarveBroker

  extension ServeSettings {
    /// Which tokens are accepted; nil where nothing is said of their keys.
    static func tokens(
      _ configuration: StartConfiguration
    ) throws -> Varve.ListenerSecurity.Tokens? {
      let name = "sasl.oauthbearer.jwks.endpoint.url"
      guard let text = configuration[name] else { return nil }
      guard let path = FileURL.path(text) else {
        throw CommandError("\(name) is \(text): it is a file, file:///etc/varve/keys.json say")
      }
      var tokens = Varve.ListenerSecurity.Tokens(keyFile: path)
      tokens.audiences = ConfigValue.elements(
        of: configuration["sasl.oauthbearer.expected.audience"] ?? "")
      tokens.issuer = configuration["sasl.oauthbearer.expected.issuer"]
      if let skew = configuration["sasl.oauthbearer.clock.skew.seconds"].flatMap({ Int64($0) }) {
        tokens.clockSkew = .seconds(skew)
      }
      if let name = configuration["sasl.oauthbearer.sub.claim.name"] { tokens.subjectClaim = name }
      if let name = configuration["sasl.oauthbearer.scope.claim.name"] { tokens.scopeClaim = name }
      return tokens
    }
  }
#endif
