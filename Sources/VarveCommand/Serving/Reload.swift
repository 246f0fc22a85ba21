#if Serve
  import Dispatch
  import Varve
  import VarveBase
  import VarveBroker

  #if canImport(Darwin)
    import Darwin
  #elseif canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// Reads the configuration again at SIGHUP, and lets change what can change in a server that
  /// runs.
  struct Reload {
    private let source: any DispatchSourceSignal

    /// `read` reads all of it; what it throws is told, and nothing has changed then.
    init(
      _ varve: Varve, _ service: Varve.Service, _ log: ServeLog, _ manager: ServiceManager,
      read: @escaping @Sendable () throws -> ServeSettings
    ) {
      signal(SIGHUP, SIG_IGN)
      source = DispatchSource.makeSignalSource(
        signal: SIGHUP, queue: DispatchQueue(label: "varve.reload"))
      source.setEventHandler {
        manager.reloading()
        defer { manager.ready("serving") }
        do {
          let settings = try read()
          let later = try varve.reconfigure(settings.configuration.values)
          try service.reloadSecurity()
          for name in later {
            log.logger.log(.warning, "\(name) has changed, and takes effect at the next start only")
          }
          log.logger.log(.notice, "the configuration was read again")
        } catch {
          log.logger.log(.error, "the configuration stays as it was: \(Self.text(error))")
        }
      }
      source.resumeAndWait()
    }

    func stop() { source.cancel() }

    private static func text(_ error: any Error) -> String {
      switch error {
      case let error as CommandError: error.message
      case let error as UsageError: error.message
      default: "\(error)"
      }
    }
  }
#endif
