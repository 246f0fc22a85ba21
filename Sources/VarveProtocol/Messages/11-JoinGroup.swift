package import VarveBase

/// Joins a classic group, or takes part in its next generation.
///
/// Version 1 added `rebalanceTimeoutMilliseconds`; 5 added `groupInstanceID`; 6 is flexible; 8
/// added `reason`.
package struct JoinGroupRequest: WireMessage, Equatable {
  package static let api = API(11, versions: 0...9, flexibleSince: 6)

  package var groupID = ""
  package var sessionTimeoutMilliseconds: Int32 = 0
  package var rebalanceTimeoutMilliseconds: Int32 = -1
  package var memberID = ""
  package var groupInstanceID: String?
  package var protocolType = ""
  package var protocols: [MemberProtocol] = []
  package var reason: String?

  package struct MemberProtocol: WireStruct, Hashable, Sendable {
    package var name = ""
    package var metadata = ByteSlice()

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&metadata)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&sessionTimeoutMilliseconds)
    wire.code(&rebalanceTimeoutMilliseconds, since: 1)
    wire.code(&memberID)
    wire.code(&groupInstanceID, since: 5)
    wire.code(&protocolType)
    wire.code(&protocols)
    wire.code(&reason, since: 8)
  }
}

/// The generation that a member is of; its leader gets everybody's subscription.
///
/// Version 2 added `throttleMilliseconds`; 5 added `groupInstanceID`; 6 is flexible; 7 added
/// `protocolType`; 9 added `skipsAssignment`.
package struct JoinGroupResponse: WireMessage, Equatable {
  package static let api = API(11, versions: 0...9, flexibleSince: 6)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var generationID: Int32 = -1
  package var protocolType: String?
  package var protocolName: String? = ""
  package var leader = ""
  package var skipsAssignment = false
  package var memberID = ""
  package var members: [Member] = []

  package struct Member: WireStruct, Hashable, Sendable {
    package var memberID = ""
    package var groupInstanceID: String?
    package var metadata = ByteSlice()

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&memberID)
      wire.code(&groupInstanceID, since: 5)
      wire.code(&metadata)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 2)
    wire.code(&errorCode)
    wire.code(&generationID)
    wire.code(&protocolType, since: 7)
    wire.code(&protocolName, nullableSince: 7)
    wire.code(&leader)
    wire.code(&skipsAssignment, since: 9)
    wire.code(&memberID)
    wire.code(&members)
  }
}
