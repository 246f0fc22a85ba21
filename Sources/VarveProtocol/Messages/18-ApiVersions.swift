package import VarveBase

/// Asks for the APIs and versions that the broker speaks.
///
/// A broker that does not know the version of this request answers in version 0, with
/// UNSUPPORTED_VERSION and its APIs all the same (KIP-511).
///
/// Version 3 added `clientSoftwareName`, `clientSoftwareVersion` and is flexible (KIP-511); 4 lets
/// features start at level 0 (KIP-1022).
package struct ApiVersionsRequest: WireMessage, Equatable {
  package static let api = API(18, versions: 0...4, flexibleSince: 3)

  package var clientSoftwareName = ""
  package var clientSoftwareVersion = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&clientSoftwareName, since: 3)
    wire.code(&clientSoftwareVersion, since: 3)
  }
}

/// The APIs and versions that the broker speaks, and its features.
///
/// Its header is never flexible: a client reads it before it knows the versions.
///
/// Version 1 added `throttleMilliseconds`; 3 added `supportedFeatures`, `finalizedFeaturesEpoch`,
/// `finalizedFeatures`, `isReadyToMigrateFromZooKeeper` and is flexible (KIP-584); 4 lets features
/// start at level 0 (KIP-1022).
package struct ApiVersionsResponse: WireMessage, Equatable {
  package static let api = API(18, versions: 0...4, flexibleSince: 3)

  package var errorCode = ErrorCode.none
  package var apis: [VersionRange] = []
  package var throttleMilliseconds: Int32 = 0
  package var supportedFeatures: [SupportedFeature] = []
  /// The epoch of the finalized features, or -1 while it is unknown.
  package var finalizedFeaturesEpoch: Int64 = -1
  package var finalizedFeatures: [FinalizedFeature] = []
  package var isReadyToMigrateFromZooKeeper = false

  /// The versions of an API that the broker answers.
  package struct VersionRange: WireStruct, Hashable, Sendable {
    package var key: Int16 = 0
    package var lowest: Int16 = 0
    package var highest: Int16 = 0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&key)
      wire.code(&lowest)
      wire.code(&highest)
    }
  }

  /// The levels of a feature that the broker can run at.
  package struct SupportedFeature: WireStruct, Hashable, Sendable {
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

  /// The level that a feature runs at in the cluster.
  package struct FinalizedFeature: WireStruct, Hashable, Sendable {
    package var name = ""
    package var highest: Int16 = 0
    package var lowest: Int16 = 0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&highest)
      wire.code(&lowest)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&errorCode)
    wire.code(&apis)
    wire.code(&throttleMilliseconds, since: 1)
    wire.tags { wire in
      wire.code(&supportedFeatures, tag: 0, unless: [])
      wire.code(&finalizedFeaturesEpoch, tag: 1, unless: -1)
      wire.code(&finalizedFeatures, tag: 2, unless: [])
      wire.code(&isReadyToMigrateFromZooKeeper, tag: 3, unless: false)
    }
  }
}
