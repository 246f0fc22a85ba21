#if Serve
  import Varve
  import VarveBroker

  /// What `varve serve` is told by its options, the environment and a file, read together.
  struct ServeSettings {
    let configuration: StartConfiguration
    let directory: String
    /// One or more.
    let listeners: [Varve.Listener]

    private static let standardAddress = "127.0.0.1:9092"

    /// What reads the settings of a command line, now and again later.
    static func reader(_ call: Invocation) throws -> @Sendable () throws -> ServeSettings {
      let flags = try flags(call)
      let path = call.value("config")
      return { try ServeSettings(flags, path) }
    }

    private init(
      _ flags: [(name: String, value: String, option: String)], _ path: String?
    ) throws {
      do {
        let file = try path.map { path throws(ConfigFileError) in
          try ServerProperties.read(path)
        }
        configuration = try StartConfiguration(
          flags: flags, environment: System.environment, file: file)
        listeners = try Self.listeners(configuration)
      } catch let error as ConfigError {
        let names = ServerConfigDefinition.all.map(\.name)
        let meant =
          error.code == .unknownName ? suggestion(for: error.name, among: names) : ""
        throw CommandError("\(error)\(meant)")
      }
      directory = try Self.directory(configuration)
    }

    /// Options of one value, and the configs that they stand for.
    private static let options: KeyValuePairs = [
      "at": "log.dirs", "advertise": "advertised.listeners", "http": "varve.http.listener",
      "log-format": "varve.log.format", "log-level": "varve.log.level",
    ]

    /// The options that stand for configs, as those.
    private static func flags(
      _ call: Invocation
    ) throws(UsageError) -> [(name: String, value: String, option: String)] {
      var flags = try call.pairs("set").map { ($0.name, $0.value, "--set") }
      // What is a broker is no directory.
      if call.has("at") { _ = try call.directory() }
      for (option, name) in options {
        if let value = call.value(option) { flags.append((name, value, "--\(option)")) }
      }
      if call.has("listen") {
        flags.append(("listeners", call.values("listen").joined(separator: ","), "--listen"))
      }
      if call.has("allow-anonymous") {
        flags.append(("varve.allow.anonymous", "true", "--allow-anonymous"))
      }
      return flags
    }

    private static func listeners(_ configuration: StartConfiguration) throws -> [Varve.Listener] {
      let settings = try ListenerSetting.list("listeners", in: configuration.values)
      let listeners = try settings.map { setting in
        Varve.Listener(setting.address, security: try security(of: setting, configuration))
      }
      return listeners.isEmpty ? [Varve.Listener(standardAddress)] : listeners
    }

    private static func directory(_ configuration: StartConfiguration) throws -> String {
      let directories = ConfigValue.elements(of: configuration["log.dirs"] ?? "")
      guard let directory = directories.first, !directory.isEmpty else {
        throw UsageError(
          "which log? Name its directory with --at, in the environment's VARVE_AT, or as log.dirs "
            + "in the file of --config")
      }
      guard directories.count == 1 else {
        throw CommandError("log.dirs names \(directories.count) directories: Varve keeps one")
      }
      return directory
    }

    /// How clients are let in.
    func serving() throws -> Varve.ServeOptions {
      let server = try ServerDefaults(file: configuration.values)
      var options = Varve.ServeOptions()
      options.allowsAnonymous = configuration["varve.allow.anonymous"]?.lowercased() == "true"
      if configuration["advertised.listeners"] != nil {
        let advertised = try ListenerSetting.list(
          "advertised.listeners", in: configuration.values)
        guard advertised.count == 1 else {
          throw CommandError(
            "advertised.listeners names \(advertised.count) addresses: all clients are told one")
        }
        options.advertised = advertised[0].address
      }
      options.access = try Self.access(configuration)
      options.connectionsMax = Int(server.number("max.connections", or: 20_000))
      options.connectionsPerAddressMax = Int(
        server.number("max.connections.per.ip", or: Int64(Int32.max)))
      options.requestBytesMax = Int(server.number("socket.request.max.bytes", or: 100 << 20))
      let memory = server.number("queued.max.request.bytes", or: 64 << 20)
      options.requestMemoryBytesMax = memory < 0 ? Int.max : Int(memory)
      options.idleTime = .milliseconds(server.number("connections.max.idle.ms", or: 600_000))
      options.refusalTime = .milliseconds(
        server.number("connection.failed.authentication.delay.ms", or: 100))
      options.drainTime = .milliseconds(server.number("varve.drain.ms", or: 5_000))
      options.threads = configuration["num.network.threads"].flatMap { Int($0) }
      return options
    }
  }
#endif
