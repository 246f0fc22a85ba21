internal import VarveBroker
internal import VarveProtocol

// OffsetFetch: what groups have committed. Versions 1 to 10.
extension Handler {
  static let offsetFetch = Handler(awaiting: OffsetFetchRequest.self) { request, context in
    await context.broker.groups.offsetFetch(request)
  }
}
