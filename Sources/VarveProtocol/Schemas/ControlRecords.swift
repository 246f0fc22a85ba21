package import VarveBase

/// The types of control records, the second number of their keys. The first is a version, 0.
package enum ControlRecordType: Int16, Sendable {
  case abort = 0
  case commit = 1
  case leaderChange = 2
  case snapshotHeader = 3
  case snapshotFooter = 4
  case kraftVersion = 5
  case voters = 6
}

/// The first record of a snapshot (KIP-630).
package struct SnapshotHeaderRecord: WireMessage, Equatable {
  package static let api = API(versions: 0...0, flexibleSince: 0)

  package var version: Int16 = 0
  /// The time of the last batch that the snapshot stands for, in milliseconds since 1970.
  package var lastContainedLogTimestamp: Int64 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&version)
    wire.code(&lastContainedLogTimestamp)
  }
}

/// The last record of a snapshot: without it the snapshot is torn.
package struct SnapshotFooterRecord: WireMessage, Equatable {
  package static let api = API(versions: 0...0, flexibleSince: 0)

  package var version: Int16 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&version)
  }
}

/// The level of the metadata quorum's own protocol (KIP-853).
package struct KRaftVersionRecord: WireMessage, Equatable {
  package static let api = API(versions: 0...0, flexibleSince: 0)

  package var version: Int16 = 0
  package var kraftVersion: Int16 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&version)
    wire.code(&kraftVersion)
  }
}

/// The members of the metadata quorum (KIP-853).
package struct VotersRecord: WireMessage, Equatable {
  package static let api = API(versions: 0...0, flexibleSince: 0)

  package var version: Int16 = 0
  package var voters: [Voter] = []

  package struct Voter: WireStruct, Hashable, Sendable {
    package var id: Int32 = 0
    package var directoryID = TopicID.zero
    package var endpoints: [Endpoint] = []
    package var kraftVersions = VersionRange()

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&id)
      wire.code(&directoryID)
      wire.code(&endpoints)
      wire.code(&kraftVersions)
    }
  }

  package struct Endpoint: WireStruct, Hashable, Sendable {
    package var name = ""
    package var host = ""
    package var port: UInt16 = 0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&host)
      wire.code(&port)
    }
  }

  package struct VersionRange: WireStruct, Hashable, Sendable {
    package var lowest: Int16 = 0
    package var highest: Int16 = 0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&lowest)
      wire.code(&highest)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&version)
    wire.code(&voters)
  }
}

/// A member of the metadata quorum leads from here on (KIP-595).
package struct LeaderChangeMessage: WireMessage, Equatable {
  package static let api = API(versions: 0...1, flexibleSince: 0)

  package var version: Int16 = 0
  package var leaderID: Int32 = 0
  package var voters: [Voter] = []
  package var grantingVoters: [Voter] = []

  package struct Voter: WireStruct, Hashable, Sendable {
    package var id: Int32 = 0
    package var directoryID = TopicID.zero

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&id)
      wire.code(&directoryID, since: 1)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&version)
    wire.code(&leaderID)
    wire.code(&voters)
    wire.code(&grantingVoters)
  }
}
