/// The level that a feature runs at (KIP-584); 0 removes it.
package struct FeatureLevelRecord: WireMessage, Equatable {
  package static let api = API(12, versions: 0...0, flexibleSince: 0)

  /// `metadata.version`, say.
  package var name = ""
  package var level: Int16 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&name)
    wire.code(&level)
  }
}

/// A block of producer ids is given out (KIP-730): all below `nextProducerID` are taken.
package struct ProducerIdsRecord: WireMessage, Equatable {
  package static let api = API(15, versions: 0...0, flexibleSince: 0)

  /// The broker that got the block.
  package var brokerID: Int32 = 0
  package var brokerEpoch: Int64 = -1
  package var nextProducerID: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&brokerID)
    wire.code(&brokerEpoch)
    wire.code(&nextProducerID)
  }
}

/// How far the migration from ZooKeeper is (KIP-866).
package struct ZkMigrationStateRecord: WireMessage, Equatable {
  package static let api = API(21, versions: 0...0, flexibleSince: 0)

  package var state: Int8 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&state)
  }
}

/// Nothing: Kafka's controller writes it to move the end of the log (KIP-835).
package struct NoOpRecord: WireMessage, Equatable {
  package static let api = API(20, versions: 0...0, flexibleSince: 0)

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {}
}

/// The records up to the matching end take effect together (KIP-868).
package struct BeginTransactionRecord: WireMessage, Equatable {
  package static let api = API(23, versions: 0...0, flexibleSince: 0)

  package var name: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.tags { wire in
      wire.code(&name, tag: 0, unless: nil)
    }
  }
}

/// The records since ``BeginTransactionRecord`` take effect.
package struct EndTransactionRecord: WireMessage, Equatable {
  package static let api = API(24, versions: 0...0, flexibleSince: 0)

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {}
}

/// The records since ``BeginTransactionRecord`` never take effect.
package struct AbortTransactionRecord: WireMessage, Equatable {
  package static let api = API(25, versions: 0...0, flexibleSince: 0)

  package var reason: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.tags { wire in
      wire.code(&reason, tag: 0, unless: nil)
    }
  }
}
