#if Serve
  import Synchronization
  import Varve
  import VarveBase
  import VarveBroker

  /// Kafka's protocol over a log.
  enum ServeCommand {
    static let all = [serve]

    private static let serve = Command(
      name: "serve", summary: "Open a Kafka port over a log, until ^C or SIGTERM",
      details: """
        Stock Kafka clients connect to it. Makes the log's directory where it is missing, and says
        on the standard error where it listens. Asked to end, it answers the requests that were
        begun and closes the log in order. SIGHUP has it read its configuration again.

        An option wins over the environment, that over the file of --config. The environment's
        VARVE_NUM_PARTITIONS is the config num.partitions, and so on.
        """,
      options: [
        .directory,
        .init(
          name: "listen", value: "HOST:PORT", repeats: true,
          help: "where; 127.0.0.1:9092 by default"),
        .init(name: "http", value: "HOST:PORT", help: "where /metrics, /healthz and /readyz are"),
        .init(
          name: "advertise", value: "HOST:PORT",
          help: "what clients are told to connect to; by default where they reached us"),
        .init(
          name: "allow-anonymous",
          help: "let everybody in who reaches a listener that other machines reach"),
        .init(
          name: "config", value: "FILE", help: "configs, as in Kafka's server.properties"),
        .init(name: "log-format", value: "FORMAT", help: "text, the default, or json"),
        .init(
          name: "log-level", value: "LEVEL",
          help: "the least that is told: trace to critical; notice by default"),
        .init(
          name: "set", value: "NAME=VALUE", repeats: true,
          help: "a config, which wins over the file and the environment"),
      ],
      examples: [
        .init(line: "varve serve --at data", purpose: "for programs of this machine"),
        .init(
          line: "varve serve --at data --set num.partitions=6 --listen 127.0.0.1:9094",
          purpose: "new topics have six partitions"),
        .init(
          line: "varve serve --config /etc/varve/server.properties",
          purpose: "all of it from a file"),
      ],
      run: run)

    private static func run(_ call: Invocation) async throws {
      let read = try ServeSettings.reader(call)
      let settings = try read()
      let log = ServeLog(settings)
      let manager = ServiceManager(System.environment)
      for remark in settings.configuration.remarks { log.logger.log(.warning, remark) }
      var serving = try settings.serving()
      serving.logger = log.logger
      System.raiseFileLimit()
      // Open before the log is, which may take a while to recover.
      serving.operations = try settings.configuration["varve.http.listener"].map {
        address throws(VarveError) in try Varve.OperationsPort(at: address)
      }
      if let operations = serving.operations {
        log.logger.log(.notice, "metrics at http://\(operations.address)/metrics")
      }
      var options = Varve.Options()
      options.logger = log.logger
      options.serverConfig = settings.configuration.values
      let varve = try await Varve.open(settings.directory, options: options)
      do {
        let service = try await varve.serve(at: settings.listeners, options: serving)
        let reload = Reload(varve, service, log, manager, read: read)
        log.logger.log(.notice, "listening at \(service.address)")
        manager.ready("serving")
        await untilCancelled()
        reload.stop()
        manager.stopping()
      } catch {
        // The first failure is the one to tell of.
        try? await varve.close()
        throw error
      }
      try await varve.close()
      await serving.operations?.stop()
    }

    private static func untilCancelled() async {
      let (stream, end) = AsyncStream.makeStream(of: Never.self)
      await withTaskCancellationHandler {
        for await _ in stream {}
      } onCancel: {
        end.finish()
      }
    }
  }
#endif
