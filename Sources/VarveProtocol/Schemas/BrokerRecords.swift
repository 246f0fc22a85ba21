package import VarveBase

/// A listener of a broker or a controller.
package struct EndpointEntry: WireStruct, Hashable, Sendable {
  /// The listener's name, `PLAINTEXT` say.
  package var name = ""
  package var host = ""
  package var port: UInt16 = 0
  /// 0 plain, 1 TLS, 2 SASL in the clear, 3 SASL over TLS.
  package var securityProtocol: Int16 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&name)
    wire.code(&host)
    wire.code(&port)
    wire.code(&securityProtocol)
  }
}

/// The levels of a feature that a broker or controller can run at (KIP-584).
package struct FeatureRange: WireStruct, Hashable, Sendable {
  package var name = ""
  package var lowest: Int16 = 0
  package var highest: Int16 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&name)
    wire.code(&lowest)
    wire.code(&highest)
  }
}

/// A broker joins the cluster.
///
/// Version 1 added the controlled shutdown (KIP-841), 2 the ZooKeeper migration, 3 the ids of the
/// log directories (KIP-858), 4 those of them that get no new partitions.
package struct RegisterBrokerRecord: WireMessage, Equatable {
  package static let api = API(0, versions: 0...4, flexibleSince: 0)

  package var brokerID: Int32 = 0
  package var isMigratingFromZooKeeper = false
  /// Another at every start of the process.
  package var incarnationID = TopicID.zero
  /// The offset of this record when it was first written.
  package var brokerEpoch: Int64 = 0
  package var endpoints: [EndpointEntry] = []
  package var features: [FeatureRange] = []
  package var rack: String?
  package var isFenced = true
  package var isInControlledShutdown = false
  package var logDirectories: [TopicID] = []
  package var cordonedLogDirectories: [TopicID]?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&brokerID)
    wire.code(&isMigratingFromZooKeeper, since: 2)
    wire.code(&incarnationID)
    wire.code(&brokerEpoch)
    wire.code(&endpoints)
    wire.code(&features)
    wire.code(&rack)
    wire.code(&isFenced)
    wire.code(&isInControlledShutdown, since: 1)
    wire.tags { wire in
      wire.code(&logDirectories, tag: 0, unless: [], since: 3)
      wire.code(&cordonedLogDirectories, tag: 1, unless: nil, since: 4)
    }
  }
}

/// A broker leaves the cluster for good.
package struct UnregisterBrokerRecord: WireMessage, Equatable {
  package static let api = API(1, versions: 0...0, flexibleSince: 0)

  package var brokerID: Int32 = 0
  package var brokerEpoch: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&brokerID)
    wire.code(&brokerEpoch)
  }
}

/// A broker may not lead any more. Kafka 3.3 and later write ``BrokerRegistrationChangeRecord``.
package struct FenceBrokerRecord: WireMessage, Equatable {
  package static let api = API(7, versions: 0...0, flexibleSince: 0)

  package var brokerID: Int32 = 0
  package var brokerEpoch: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&brokerID)
    wire.code(&brokerEpoch)
  }
}

/// A broker may lead again. Kafka 3.3 and later write ``BrokerRegistrationChangeRecord``.
package struct UnfenceBrokerRecord: WireMessage, Equatable {
  package static let api = API(8, versions: 0...0, flexibleSince: 0)

  package var brokerID: Int32 = 0
  package var brokerEpoch: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&brokerID)
    wire.code(&brokerEpoch)
  }
}

/// Some of a broker's registration changes.
package struct BrokerRegistrationChangeRecord: WireMessage, Equatable {
  package static let api = API(17, versions: 0...3, flexibleSince: 0)

  package var brokerID: Int32 = 0
  package var brokerEpoch: Int64 = 0
  /// 1: fenced from now on; -1: not any more; 0: as it was.
  package var fencing: Int8 = 0
  /// 1: in controlled shutdown from now on; 0: as it was.
  package var controlledShutdown: Int8 = 0
  /// Empty: as they were.
  package var logDirectories: [TopicID] = []
  /// Nil: as they were.
  package var cordonedLogDirectories: [TopicID]?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&brokerID)
    wire.code(&brokerEpoch)
    wire.tags { wire in
      wire.code(&fencing, tag: 0, unless: 0)
      wire.code(&controlledShutdown, tag: 1, unless: 0, since: 1)
      wire.code(&logDirectories, tag: 2, unless: [], since: 2)
      wire.code(&cordonedLogDirectories, tag: 3, unless: nil, since: 3)
    }
  }
}

/// A controller joins the quorum (KIP-919).
package struct RegisterControllerRecord: WireMessage, Equatable {
  package static let api = API(27, versions: 0...0, flexibleSince: 0)

  package var controllerID: Int32 = 0
  package var incarnationID = TopicID.zero
  package var isReadyToMigrateFromZooKeeper = false
  package var endpoints: [EndpointEntry] = []
  package var features: [FeatureRange] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&controllerID)
    wire.code(&incarnationID)
    wire.code(&isReadyToMigrateFromZooKeeper)
    wire.code(&endpoints)
    wire.code(&features)
  }
}
