package import VarveBase

/// A client's metrics, in OpenTelemetry's `MetricsData` (KIP-714).
package struct PushTelemetryRequest: WireMessage, Equatable {
  package static let api = API(72, versions: 0...0, flexibleSince: 0)

  package var clientInstanceID = TopicID.zero
  package var subscriptionID: Int32 = 0
  /// Whether it is the client's last push.
  package var isTerminating = false
  /// The number of a batch's codec.
  package var compressionType: Int8 = 0
  package var metrics = ByteSlice()

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&clientInstanceID)
    wire.code(&subscriptionID)
    wire.code(&isTerminating)
    wire.code(&compressionType)
    wire.code(&metrics)
  }
}

/// Whether the metrics were accepted.
package struct PushTelemetryResponse: WireMessage, Equatable {
  package static let api = API(72, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
  }
}
