internal import VarveClient

extension Varve {
  /// How ``Varve/connect(to:options:)`` talks to brokers.
  public struct ConnectOptions: Sendable {
    /// The name that brokers see in their logs and quotas.
    public var clientID = "varve"
    /// How long a broker may take to answer.
    public var requestTimeout = Duration.seconds(30)
    /// How long a connection may take to come about.
    public var connectTimeout = Duration.seconds(10)
    /// How old may get what is known of topics: when other clients' changes are seen at the latest.
    public var metadataAge = Duration.minutes(5)
    /// The largest answer, in bytes, that memory is taken for.
    public var responseBytesMax = 256 << 20
    #if Serve
      /// How both sides prove who they are.
      public var security = ConnectSecurity()
    #endif

    public init() {}
  }

  /// Connects to a broker that speaks Kafka's protocol, which `varve serve` does, and Kafka itself:
  /// the topics of a cluster with the same methods as those of a directory.
  ///
  /// ```swift
  /// let varve = try await Varve.connect(to: "127.0.0.1:9092")
  /// ```
  ///
  /// Connections that are lost are made again. Questions are repeated meanwhile, for some seconds;
  /// what must not be done twice is not: it fails with ``VarveError/Code/unknownOutcome`` where it
  /// was sent and not answered. A producer with ``Producer/Options/isIdempotent`` has no such
  /// outcomes.
  ///
  /// Groups need a broker with KIP-848 (Kafka 4.0), transactions one with KIP-890, share groups one
  /// with KIP-1206 and KIP-1222 (Kafka 4.2).
  ///
  /// - Parameters:
  ///   - addresses: `HOST:PORT`, or several with commas between them, of which one has to answer.
  ///   - options: how brokers are talked to.
  /// - Throws: `.invalidArgument` for an address or a file that cannot be read;
  ///   `.authenticationFailed` where one side does not prove who it is; `.unavailable` where
  ///   nobody answers; `.badAnswer` where it is no Kafka broker; `.unsupportedVersion` for one that
  ///   is too old.
  public static func connect(
    to addresses: String, options: ConnectOptions = ConnectOptions()
  ) async throws(VarveError) -> Varve {
    let cluster = try RemoteCluster(addresses, options: options)
    try await cluster.reach()
    return Varve(cluster)
  }

  /// As above, without asking whether anybody is there.
  package convenience init(
    servedAt addresses: String, options: ConnectOptions = ConnectOptions()
  ) throws(VarveError) {
    self.init(try RemoteCluster(addresses, options: options))
  }
}

extension Varve.ConnectOptions {
  func check() throws(VarveError) {
    for (name, value) in [
      ("requestTimeout", requestTimeout), ("connectTimeout", connectTimeout),
      ("metadataAge", metadataAge),
    ] where value <= .zero {
      throw VarveError(.invalidArgument, "\(name) is \(value): it must be above 0")
    }
    guard responseBytesMax >= 1 << 20 else {
      throw VarveError(
        .invalidArgument, "responseBytesMax is \(responseBytesMax): it must be 1 MiB at least")
    }
  }

  /// Those of a single connection.
  func link() throws(VarveError) -> Link.Options {
    var link = Link.Options()
    link.clientID = clientID
    link.connectTime = connectTimeout
    link.responseBytesMax = responseBytesMax
    #if Serve
      link.security = try security.link()
    #endif
    return link
  }
}
