package import VarveBase

/// Names what a group has committed for a partition.
package struct OffsetCommitKey: WireMessage, Equatable {
  package static let api = API(1, versions: 0...0)

  package var group = ""
  package var topic = ""
  package var partition: Int32 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&group)
    wire.code(&topic)
    wire.code(&partition)
  }
}

/// How far a group has got in a partition.
///
/// Version 1 added `expireTimestamp`; 2 dropped `expireTimestamp`; 3 added `leaderEpoch`; 4 added
/// `topicID` and is flexible.
package struct OffsetCommitValue: WireMessage, Equatable {
  package static let api = API(1, versions: 0...4, flexibleSince: 4)

  package var offset: Offset = 0
  package var leaderEpoch: Int32 = -1
  package var metadata = ""
  package var commitTimestamp: Int64 = 0
  package var expireTimestamp: Int64 = -1
  package var topicID = TopicID.zero

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&offset)
    wire.code(&leaderEpoch, since: 3)
    wire.code(&metadata)
    wire.code(&commitTimestamp)
    wire.code(&expireTimestamp, in: 1...1)
    wire.tags { wire in
      wire.code(&topicID, tag: 0, unless: TopicID.zero)
    }
  }

  /// 1 is the only version with a time of expiry, and leaves out the leader epoch and the topic's
  /// id, as Kafka does; 4 is the first with the topic's id, and 3 what Kafka writes otherwise.
  var storedVersion: Int16 {
    if expireTimestamp != -1 { return 1 }
    return topicID == .zero ? 3 : 4
  }
}

/// Names a classic group.
package struct GroupMetadataKey: WireMessage, Equatable {
  package static let api = API(2, versions: 0...0)

  package var group = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&group)
  }
}

/// A generation of a classic group: its leader, its members and what each was assigned.
///
/// Version 1 added `rebalanceTimeout`; 2 added `currentStateTimestamp`; 3 added `groupInstanceID`;
/// 4 is flexible.
package struct GroupMetadataValue: WireMessage, Equatable {
  package static let api = API(2, versions: 0...4, flexibleSince: 4)

  package var protocolType = ""
  package var generation: Int32 = 0
  package var protocolName: String?
  package var leader: String?
  package var currentStateTimestamp: Int64 = -1
  package var members: [MemberMetadata] = []

  package struct MemberMetadata: WireStruct, Hashable, Sendable {
    package var memberID = ""
    package var groupInstanceID: String?
    package var clientID = ""
    package var clientHost = ""
    package var rebalanceTimeout: Int32 = -1
    package var sessionTimeout: Int32 = 0
    package var subscription = ByteSlice()
    package var assignment = ByteSlice()

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&memberID)
      wire.code(&groupInstanceID, since: 3)
      wire.code(&clientID)
      wire.code(&clientHost)
      wire.code(&rebalanceTimeout, since: 1)
      wire.code(&sessionTimeout)
      wire.code(&subscription)
      wire.code(&assignment)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&protocolType)
    wire.code(&generation)
    wire.code(&protocolName)
    wire.code(&leader)
    wire.code(&currentStateTimestamp, since: 2)
    wire.code(&members)
  }
}
