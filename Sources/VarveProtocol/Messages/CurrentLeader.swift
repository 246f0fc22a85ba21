/// Who leads a partition, for a client that asked a broker which does not (KIP-951).
package struct CurrentLeader: WireStruct, Hashable, Sendable {
  /// -1 where it is unknown.
  package var leaderID: Int32 = -1
  package var leaderEpoch: Int32 = -1

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&leaderID)
    wire.code(&leaderEpoch)
  }
}

/// The same as messages of share groups have it, where both are 0 unless they are said (KIP-932).
package struct ShareLeader: WireStruct, Hashable, Sendable {
  package var leaderID: Int32 = 0
  package var leaderEpoch: Int32 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&leaderID)
    wire.code(&leaderEpoch)
  }
}

/// Where to find a broker that a ``CurrentLeader`` names.
package struct NodeEndpoint: WireStruct, Hashable, Sendable {
  package var nodeID: Int32 = 0
  package var host = ""
  package var port: Int32 = 0
  package var rack: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&nodeID)
    wire.code(&host)
    wire.code(&port)
    wire.code(&rack)
  }
}
