#if Serve
  internal import VarveServer

  extension Varve {
    /// A port for those who run a server: `/metrics` for Prometheus, `/healthz` while the process
    /// is alive, `/readyz` while clients are well served. HTTP, without encryption or passwords.
    ///
    /// Open it before the log, so that a long recovery is seen to be one, and hand it to
    /// ``Varve/serve(host:port:options:)``:
    ///
    /// ```swift
    /// var options = Varve.ServeOptions()
    /// options.operations = try Varve.OperationsPort(at: "127.0.0.1:9644")
    /// ```
    public final class OperationsPort: Sendable {
      let port: VarveServer.OperationsPort

      /// Starts to listen at `HOST:PORT`; port 0 takes one that is free. Throws `.invalidArgument`
      /// for what is no address, `.unavailable` where the port is taken.
      public init(at address: String) throws(VarveError) {
        do throws(NetworkError) {
          port = try VarveServer.OperationsPort(at: SocketAddress(address))
        } catch { throw VarveError(error) }
      }

      /// Where it listens, `127.0.0.1:9644` say.
      public var address: String { port.address.description }

      /// Closes the port, which otherwise outlives the service that it tells of. Stopping twice
      /// does nothing.
      public func stop() async { await port.stop() }
    }
  }
#endif
