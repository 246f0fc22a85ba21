package import VarveBase

/// Asks which of its metrics a client is to push (KIP-714).
package struct GetTelemetrySubscriptionsRequest: WireMessage, Equatable {
  package static let api = API(71, versions: 0...0, flexibleSince: 0)

  /// Zero: the broker is to give one.
  package var clientInstanceID = TopicID.zero

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&clientInstanceID)
  }
}

/// Which metrics a client is to push, and how often.
package struct GetTelemetrySubscriptionsResponse: WireMessage, Equatable {
  package static let api = API(71, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var clientInstanceID = TopicID.zero
  /// Changes where the rest does.
  package var subscriptionID: Int32 = 0
  /// The numbers of batches' codecs, the preferred first.
  package var acceptedCompressionTypes: [Int8] = []
  /// How long to wait between two pushes.
  package var pushIntervalMilliseconds: Int32 = 0
  /// The most that `metrics` may be.
  package var telemetryMaxBytes: Int32 = 0
  /// Whether sums are those since the last push, or since the client's start.
  package var isDelta = false
  /// Prefixes of names; `*`: all; none: nothing is to be pushed.
  package var requestedMetrics: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&clientInstanceID)
    wire.code(&subscriptionID)
    wire.code(&acceptedCompressionTypes)
    wire.code(&pushIntervalMilliseconds)
    wire.code(&telemetryMaxBytes)
    wire.code(&isDelta)
    wire.code(&requestedMetrics)
  }
}
