#if Serve
  import Synchronization
  import Varve
  import VarveBase

  /// Kafka's protocol over a log.
  enum ServeCommand {
    static let all = [serve]

    private static let serve = Command(
      name: "serve", summary: "Open a Kafka port over a log, until ^C or SIGTERM",
      details: """
        Stock Kafka clients connect to it. Makes the log's directory where it is missing, and says
        on the standard error where it listens. Asked to end, it answers the requests that were
        begun and closes the log in order.
        """,
      options: [
        .at,
        .init(name: "listen", value: "HOST:PORT", help: "where; 127.0.0.1:9092 by default"),
        .init(
          name: "advertise", value: "HOST:PORT",
          help: "what clients are told to connect to; by default where they reached us"),
        .init(
          name: "allow-anonymous",
          help: "let everybody in who reaches a listener that other machines reach"),
        .init(
          name: "config", value: "NAME=VALUE", repeats: true,
          help: "what topics inherit, as in a server.properties"),
      ],
      examples: [
        .init(line: "varve serve --at data", purpose: "for programs of this machine"),
        .init(
          line: "varve serve --at data --config num.partitions=6 --listen 127.0.0.1:9094",
          purpose: "new topics have six partitions"),
      ],
      run: run)

    private static func run(_ call: Invocation) async throws {
      var options = Varve.Options()
      options.logger = .standardError
      options.serverConfig = Dictionary(
        try call.pairs("config").map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
      let address = try ListenAddress(call.value("listen") ?? "127.0.0.1:9092")
      System.raiseFileLimit()
      let varve = try await Varve.open(try call.directory(), options: options)
      do {
        var serving = Varve.ServeOptions()
        serving.logger = .standardError
        serving.allowsAnonymous = call.has("allow-anonymous")
        serving.advertised = call.value("advertise")
        let service = try await varve.serve(
          host: address.host, port: address.port, options: serving)
        StandardError.write("listening at \(service.address)")
        await untilCancelled()
      } catch {
        // The first failure is the one to tell of.
        try? await varve.close()
        throw error
      }
      try await varve.close()
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

  /// `HOST:PORT` on the command line.
  struct ListenAddress {
    let host: String
    let port: Int

    init(_ text: String) throws(UsageError) {
      guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
        let port = UInt16(text[text.index(after: colon)...])
      else { throw UsageError("--listen '\(text)': it is HOST:PORT, 127.0.0.1:9092 say") }
      let host = text[..<colon]
      let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
      self.host = String(isBracketed ? host.dropFirst().dropLast() : host)
      self.port = Int(port)
    }
  }
#endif
