internal import VarveBase
internal import VarveProtocol

/// A request that has no answer yet.
struct LinkRequest: Sendable {
  /// What it is called in errors.
  let name: String
  let api: API
  /// The versions that its answer can be used in.
  let versions: ClosedRange<Int16>
  let deadline: ContinuousClock.Instant
  /// The frame in a version, with a correlation id.
  let frame: @Sendable (Int16, Int32) -> ByteSlice
  /// Called once, on the thread of the connection.
  let completed: @Sendable (Result<LinkAnswer, ClientError>) -> Void
  /// The one that it was sent in.
  var version: Int16 = 0
}

/// The body of a response, yet to be decoded.
struct LinkAnswer: Sendable {
  let body: ByteSlice
  let version: Int16
}
