package import VarveBase

/// Asks for the cluster's id, controller and brokers (KIP-700).
///
/// Version 1 added `endpointType` (KIP-919); 2 added `includesFencedBrokers` (KIP-1073).
package struct DescribeClusterRequest: WireMessage, Equatable {
  package static let api = API(60, versions: 0...2, flexibleSince: 0)

  package var includesAuthorizedOperations = false
  /// 1: brokers; 2: controllers.
  package var endpointType: Int8 = 1
  package var includesFencedBrokers = false

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&includesAuthorizedOperations)
    wire.code(&endpointType, since: 1)
    wire.code(&includesFencedBrokers, since: 2)
  }
}

/// The cluster's id, controller and brokers.
///
/// Version 1 added `endpointType` (KIP-919); 2 added `isFenced` (KIP-1073).
package struct DescribeClusterResponse: WireMessage, Equatable {
  package static let api = API(60, versions: 0...2, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  /// 1: brokers; 2: controllers.
  package var endpointType: Int8 = 1
  package var clusterID = ""
  package var controllerID: Int32 = -1
  package var brokers: [Broker] = []
  /// A bit for each operation that is allowed, or `Int32.min` where nobody asked.
  package var authorizedOperations = Int32.min

  package struct Broker: WireStruct, Hashable, Sendable {
    package var brokerID: Int32 = 0
    package var host = ""
    package var port: Int32 = 0
    package var rack: String?
    package var isFenced = false

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&brokerID)
      wire.code(&host)
      wire.code(&port)
      wire.code(&rack)
      wire.code(&isFenced, since: 2)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&endpointType, since: 1)
    wire.code(&clusterID)
    wire.code(&controllerID)
    wire.code(&brokers)
    wire.code(&authorizedOperations)
  }
}
