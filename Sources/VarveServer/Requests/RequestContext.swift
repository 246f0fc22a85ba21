internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

/// What a handler knows of a request beside its message.
struct RequestContext: Sendable {
  let server: ServerContext
  let header: RequestHeader
  let peer: Peer
  /// What the client says it is.
  let software: ClientSoftware
  /// What the client may do.
  let access: Access

  var broker: Broker { server.broker }
  var version: Int16 { header.version }
  var clientID: String { header.clientID ?? "" }

  /// Where clients find this broker.
  var advertised: SocketAddress { server.options.advertised ?? peer.local }

  /// Who asks, as groups describe members.
  var client: BrokerGroups.Client {
    BrokerGroups.Client(clientID: clientID, host: "/\(peer.address.host)")
  }
}
