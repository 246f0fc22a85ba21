internal import Dispatch
internal import VarveBase
internal import VarveProtocol

/// What answers the requests of one key. Its versions are what ApiVersions says of it.
struct Handler: Sendable {
  let api: API
  /// As Kafka names the key: `Produce`.
  let name: String
  /// On the connection's loop.
  let begin: @Sendable (RequestFrame, Exchange, RequestContext) throws(WireError) -> Void

  /// Answered on the loop at once. For what neither waits nor takes long.
  init<Request: WireMessage, Response: WireMessage>(
    answering type: Request.Type, versions: ClosedRange<Int16>? = nil,
    _ body: @escaping @Sendable (Request, RequestContext) -> Response
  ) {
    api = type.api.with(versions)
    name = type.keyName
    begin = { (frame, exchange, context) throws(WireError) in
      let request = try Request(of: frame)
      exchange.answer(body(request, context).reply(to: frame.header))
    }
  }

  /// Answered by a thread that may block: for what waits for the disk.
  init<Request: WireMessage, Response: WireMessage>(
    blocking type: Request.Type, versions: ClosedRange<Int16>? = nil,
    _ body: @escaping @Sendable (Request, RequestContext) -> Response
  ) {
    api = type.api.with(versions)
    name = type.keyName
    begin = { (frame, exchange, context) throws(WireError) in
      let request = try Request(of: frame)
      let later = exchange.later
      context.server.control.async {
        let reply = body(request, context).reply(to: frame.header)
        later.execute { $0.answer(reply) }
      }
    }
  }

  /// Answered by a task, which is cancelled if the client goes: for what suspends.
  init<Request: WireMessage, Response: WireMessage>(
    awaiting type: Request.Type, versions: ClosedRange<Int16>? = nil,
    _ body: @escaping @Sendable (Request, RequestContext) async -> Response
  ) {
    api = type.api.with(versions)
    name = type.keyName
    begin = { (frame, exchange, context) throws(WireError) in
      let request = try Request(of: frame)
      let later = exchange.later
      let task = Task {
        let reply = await body(request, context).reply(to: frame.header)
        later.execute { $0.answer(reply) }
      }
      exchange.wait { task.cancel() }
    }
  }

  /// Answered by what it is handed to, now or later.
  init<Request: WireMessage>(
    parking type: Request.Type, versions: ClosedRange<Int16>? = nil,
    _ body: @escaping @Sendable (Request, Exchange, RequestContext) -> Void
  ) {
    api = type.api.with(versions)
    name = type.keyName
    begin = { (frame, exchange, context) throws(WireError) in
      body(try Request(of: frame), exchange, context)
    }
  }
}

extension API {
  fileprivate func with(_ versions: ClosedRange<Int16>?) -> API {
    API(key, versions: versions ?? self.versions, flexibleSince: flexibleSince)
  }
}

extension WireMessage {
  /// The name of a request's key.
  fileprivate static var keyName: String { String(name.dropLast("Request".count)) }

  /// The request of a frame. Bytes after its last field are passed over, as Kafka does: librdkafka
  /// asks for all topics with three bytes too many.
  fileprivate init(of frame: RequestFrame) throws(WireError) {
    try self.init(decodingPrefixOf: frame.body, version: frame.header.version)
  }

  /// The response as it is sent, its records from where they lie.
  consuming func reply(to header: RequestHeader) -> Gather {
    var errors: [ErrorCode] = []
    let pieces = gatheredResponseFrame(
      version: header.version, correlationID: header.correlationID, errors: &errors)
    return Gather(pieces, errors: errors)
  }
}
