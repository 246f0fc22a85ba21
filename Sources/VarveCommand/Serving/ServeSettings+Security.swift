#if Serve
  import Varve
  import VarveBroker

  extension ServeSettings {
    /// How clients of a listener prove who they are, by the protocol that it speaks.
    static func security(
      of listener: ListenerSetting, _ configuration: StartConfiguration
    ) throws -> Varve.ListenerSecurity {
      var security = Varve.ListenerSecurity()
      switch listener.securityProtocol {
      case "PLAINTEXT": break
      case "SASL_PLAINTEXT":
        security.mechanisms = try mechanisms(configuration)
        security.passwordFile = configuration["varve.passwords"]
      default:
        throw CommandError(
          "listener \(listener.name)://\(listener.address): there is no "
            + "\(listener.securityProtocol) yet, only PLAINTEXT and SASL_PLAINTEXT")
      }
      return security
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
