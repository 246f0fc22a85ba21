internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

/// The handlers of a server by their keys.
struct HandlerTable: Sendable {
  private let handlers: [Int16: Handler]

  init(_ handlers: [Handler]) {
    self.handlers = Dictionary(handlers.map { ($0.api.key, $0) }) { _, key in
      preconditionFailure("two handlers for the key \(key.api.key)")
    }
  }

  /// What is answered, by key.
  var apis: [API] { handlers.values.map(\.api).sorted { $0.key < $1.key } }

  /// The names of the keys that are answered.
  var names: [Int16: String] { handlers.mapValues(\.name) }

  /// Begins to answer a request. Throws where it cannot be decoded, or is of a key or version that
  /// nobody answers: as in Kafka the connection ends then.
  func handle(
    _ frame: ByteSlice, _ exchange: Exchange, _ server: ServerContext
  ) throws(WireError) {
    guard !exchange.authentication.takesBareTokens else { return exchange.takeBareToken(frame) }
    let request = try RequestFrame(decoding: frame) { handlers[$0]?.api }
    let header = request.header
    guard exchange.authentication.admits(header.key) else {
      let reason =
        exchange.authentication.isOver
        ? "whose session is over" : "that has not proved who it is"
      return exchange.refuse("a request of key \(header.key) came from a client \(reason)")
    }
    let access = Access(
      server.authorizer, exchange.authentication.principal ?? .anonymous,
      host: exchange.peer.address.host)
    let context = RequestContext(
      server: server, header: header, peer: exchange.peer, software: exchange.software,
      access: access)
    exchange.context = context
    guard let handler = handlers[header.key] else {
      preconditionFailure("a frame of an unknown key is not decoded")
    }
    guard handler.api.versions.contains(header.version) else {
      guard header.key == ApiVersionsRequest.api.key else {
        throw WireError(
          message: "a request of key \(header.key)", version: header.version,
          fault: WireFault(kind: .version, position: 2))
      }
      return exchange.answer(Handler.apiVersionsRefusal(to: header))
    }
    try handler.begin(request, exchange, context)
  }
}
