package import VarveBase

/// Asks which resources have configs of their own: client metrics (KIP-714), and from version 1 on
/// all kinds (KIP-1142). Kafka 4.0 calls version 0 ListClientMetricsResources.
///
/// Version 1 added `resourceTypes`.
package struct ListConfigResourcesRequest: WireMessage, Equatable {
  package static let api = API(74, versions: 0...1, flexibleSince: 0)

  /// Empty: all kinds that the broker lists. 2: topic; 4: broker; 8: broker logger; 16: client
  /// metrics; 32: group.
  package var resourceTypes: [Int8] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&resourceTypes, since: 1)
  }
}

/// The resources that have configs of their own.
///
/// Version 1 added `type`.
package struct ListConfigResourcesResponse: WireMessage, Equatable {
  package static let api = API(74, versions: 0...1, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var resources: [Resource] = []

  package struct Resource: WireStruct, Hashable, Sendable {
    package var name = ""
    /// Client metrics in version 0; else as in the request.
    package var type: Int8 = 16

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&type, since: 1)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&resources)
  }
}
