package import VarveBase

/// Asks which broker coordinates groups, transactions or share groups.
///
/// Version 1 added `keyType`; 3 is flexible; 4 added `coordinatorKeys` and dropped `key` (KIP-699);
/// 5 knows TRANSACTION_ABORTABLE (KIP-890); 6 allows share groups (KIP-932).
package struct FindCoordinatorRequest: WireMessage, Equatable {
  package static let api = API(10, versions: 0...6, flexibleSince: 3)

  package var key = ""
  /// 0: groups; 1: transactional ids; 2: share partitions, `GROUP:TOPIC-ID:PARTITION`.
  package var keyType: Int8 = 0
  package var coordinatorKeys: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&key, in: 0...3)
    wire.code(&keyType, since: 1)
    wire.code(&coordinatorKeys, since: 4)
  }
}

/// The brokers that coordinate what was asked for.
///
/// Version 1 added `throttleMilliseconds`, `errorMessage`; 3 is flexible; 4 added `coordinators`
/// and dropped `errorCode`, `errorMessage`, `nodeID`, `host`, `port`.
package struct FindCoordinatorResponse: WireMessage, Equatable {
  package static let api = API(10, versions: 0...6, flexibleSince: 3)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var nodeID: Int32 = 0
  package var host = ""
  package var port: Int32 = 0
  package var coordinators: [Coordinator] = []

  package struct Coordinator: WireStruct, Hashable, Sendable {
    package var key = ""
    package var nodeID: Int32 = 0
    package var host = ""
    package var port: Int32 = 0
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&key)
      wire.code(&nodeID)
      wire.code(&host)
      wire.code(&port)
      wire.code(&errorCode)
      wire.code(&errorMessage)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 1)
    wire.code(&errorCode, in: 0...3)
    wire.code(&errorMessage, in: 1...3)
    wire.code(&nodeID, in: 0...3)
    wire.code(&host, in: 0...3)
    wire.code(&port, in: 0...3)
    wire.code(&coordinators, since: 4)
  }
}
