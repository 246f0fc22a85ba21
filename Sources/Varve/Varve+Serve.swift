#if Serve
  public import VarveBase
  internal import VarveBroker
  internal import VarveServer

  extension Varve {
    /// How ``Varve/serve(host:port:options:)`` lets clients in.
    public struct ServeOptions: Sendable {
      /// Lets clients of other machines in, all of them, where the host is not of this one alone
      /// and they don't prove who they are.
      public var allowsAnonymous = false
      /// The address that clients are told to connect to, `HOST:PORT`; where they reached the
      /// server, if nil. For servers behind a forwarded port.
      public var advertised: String?
      /// Who may do what; nil: everybody may do everything.
      public var access: AccessRules?
      /// The most connections at a time.
      public var connectionsMax = 20_000
      /// The most connections at a time from one address.
      public var connectionsPerAddressMax = Int.max
      /// The largest request, in bytes.
      public var requestBytesMax = 100 << 20
      /// The memory that requests of more than 16 KiB may take over all connections, in bytes, from
      /// their first bytes until they are answered. Those that find no room wait for it; one that
      /// is larger than all of it waits until it is alone.
      public var requestMemoryBytesMax = 64 << 20
      /// How long a connection may be silent.
      public var idleTime = Duration.seconds(600)
      /// How long a client waits to be told that it is not who it says it is.
      public var refusalTime = Duration.milliseconds(100)
      /// How long requests that were begun may take once the service is stopped.
      public var drainTime = Duration.seconds(5)
      /// Threads that serve connections; one for each processor core, if nil.
      public var threads: Int?
      /// Where those who run the server look, if they do. It tells of one service.
      public var operations: OperationsPort?
      /// Told of listeners, and of connections that were refused or broke the protocol.
      public var logger = Logger.discarding

      public init() {}
    }

    /// Opens a Kafka port over this log: every Kafka client can produce, consume and administer
    /// what this program does, at the same time.
    ///
    /// Only programs of this machine reach it, unless `host` says otherwise and the options allow
    /// it. The server has threads of its own, one a processor core. It is stopped with the log, if
    /// not before. Port 0 takes one that is free, which the service names.
    ///
    /// - Throws: `.invalidArgument` for a host that has no address, or that others reach without
    ///   proof of who they are or `allowsAnonymous`, and for passwords that cannot be read;
    ///   `.unavailable` where the port is taken; `.readOnly` for a log that was opened for reading
    ///   only.
    @discardableResult
    public func serve(
      host: String = "127.0.0.1", port: Int = 9092, options: ServeOptions = ServeOptions()
    ) async throws(VarveError) -> Service {
      guard let number = UInt16(exactly: port) else {
        throw VarveError(.invalidArgument, "port \(port): it is 0 to 65535")
      }
      return try serve([ListenerOptions(SocketAddress(host: host, port: number))], options)
    }

    /// As ``Varve/serve(host:port:options:)``, at several addresses, or where clients have to prove
    /// who they are.
    @discardableResult
    public func serve(
      at listeners: [Listener], options: ServeOptions = ServeOptions()
    ) async throws(VarveError) -> Service {
      var opened: [ListenerOptions] = []
      do throws(NetworkError) {
        for listener in listeners { opened.append(try ListenerOptions(listener)) }
      } catch { throw VarveError(error) }
      return try serve(opened, options)
    }

    private func serve(
      _ listeners: [ListenerOptions], _ options: ServeOptions
    ) throws(VarveError) -> Service {
      guard let local = cluster as? LocalCluster else {
        throw VarveError(
          .readOnly, "only a directory that this program has open for writing is served")
      }
      do throws(NetworkError) {
        var serverOptions = try ServerOptions(options)
        serverOptions.listeners = listeners
        let server = try Server(local.broker, options: serverOptions)
        options.operations?.port.begin(server)
        let service = Service(server, options.operations)
        keep(service)
        return service
      } catch { throw VarveError(error) }
    }
  }

  extension Varve {
    /// A Kafka port over a log.
    public final class Service: Stoppable {
      private let server: Server
      private let operations: OperationsPort?

      fileprivate init(_ server: Server, _ operations: OperationsPort?) {
        self.server = server
        self.operations = operations
      }

      /// Where clients connect, `127.0.0.1:9092` say.
      public var address: String { server.addresses.map(\.description).joined(separator: ",") }

      /// The port, which the system chose if 0 was asked for.
      public var port: Int { server.addresses.first.map { Int($0.port) } ?? 0 }

      /// The connections that are open.
      public var connectionCount: Int { server.connectionCount }

      /// Reads certificates, keys and passwords again, for those who come from now on.
      ///
      /// - Throws: `.invalidArgument` where some cannot be used: then all stays as it is.
      public func reloadSecurity() throws(VarveError) {
        do { try server.reloadSecurity() } catch { throw VarveError(error) }
      }

      /// Lets nobody in any more, answers the requests that were begun, and closes the connections.
      /// The log stays open. Stopping twice does nothing.
      public func stop() async {
        operations?.port.drain()
        await server.stop()
      }
    }
  }

  extension ServerOptions {
    fileprivate init(_ options: Varve.ServeOptions) throws(NetworkError) {
      self.init()
      allowsAnonymous = options.allowsAnonymous
      if let text = options.advertised { advertised = try SocketAddress(text) }
      access = options.access.map { AccessOptions($0) }
      connections.total = options.connectionsMax
      connections.perHost = options.connectionsPerAddressMax
      limits.frameBytesMax = options.requestBytesMax
      requestMemoryBytesMax = options.requestMemoryBytesMax
      idleMilliseconds = options.idleTime.milliseconds
      refusalMilliseconds = options.refusalTime.milliseconds
      drainMilliseconds = options.drainTime.milliseconds
      loopCount = options.threads
      logger = options.logger
    }
  }

  extension VarveError {
    init(_ error: NetworkError) {
      let code: Code =
        switch error.code {
        case .address, .permission, .security: .invalidArgument
        case .inUse, .tooManyOpenFiles, .disconnected, .system: .unavailable
        }
      self.init(code, error.message)
    }
  }
#endif
