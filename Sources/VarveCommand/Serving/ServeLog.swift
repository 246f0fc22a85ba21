#if Serve
  import Varve
  import VarveBase
  import VarveBroker

  /// The messages of `varve serve`, a line each on the standard error.
  struct ServeLog {
    let logger: Logger

    /// Writes as the configs `varve.log.format` and `varve.log.level` say.
    init(_ settings: ServeSettings) {
      let isJSON = settings.configuration["varve.log.format"] == "json"
      let level = settings.configuration["varve.log.level"].flatMap { LogLevel(rawValue: $0) }
      logger = Logger(label: "varve", level: level ?? .notice) { entry in
        StandardError.writeLine(isJSON ? entry.json : entry.text)
      }
    }
  }
#endif
