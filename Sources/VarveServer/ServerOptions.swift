package import VarveBase

/// How a server is started.
package struct ServerOptions: Sendable {
  /// Where it listens, and whom it lets in there.
  package var listeners = [
    ListenerOptions(SocketAddress(host: SocketAddress.loopback, port: 9092))
  ]
  /// What clients are told to connect to; where they reached us, if nil (`advertised.listeners`).
  package var advertised: SocketAddress?
  /// Whether listeners that other machines reach may be open to everybody.
  package var allowsAnonymous = false
  /// Who may do what; nil: everybody may do everything.
  package var access: AccessOptions?
  /// Threads that serve connections; as many as the machine has cores, if nil.
  package var loopCount: Int?
  package var limits = Conversation.Limits()
  package var connections = ConnectionCounts.Limits()
  /// How long a connection may be silent (`connections.max.idle.ms`).
  package var idleMilliseconds: Int64 = 600_000
  /// How long a client may take for the TLS handshake and for the proof of who it is.
  package var proofMilliseconds: Int64 = 30_000
  /// How long a client waits to be told that it is not who it says it is, so that it does not try
  /// again at once (`connection.failed.authentication.delay.ms`).
  package var refusalMilliseconds: Int64 = 100
  /// What large requests of all connections may take of memory (`queued.max.request.bytes`).
  package var requestMemoryBytesMax = 64 << 20
  /// How long a large request may take to come, once it has that.
  package var largeRequestMilliseconds: Int64 = 30_000
  /// How long requests that were begun may take once the server stops.
  package var drainMilliseconds: Int64 = 5_000
  package var logger = Logger.discarding

  package init() {}
}
