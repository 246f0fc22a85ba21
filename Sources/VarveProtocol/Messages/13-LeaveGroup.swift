package import VarveBase

/// Members leave a classic group, or are put out of it.
///
/// Version 3 added `members` and dropped `memberID`; 4 is flexible; 5 added `reason`.
package struct LeaveGroupRequest: WireMessage, Equatable {
  package static let api = API(13, versions: 0...5, flexibleSince: 4)

  package var groupID = ""
  package var memberID = ""
  package var members: [Member] = []

  package struct Member: WireStruct, Hashable, Sendable {
    package var memberID = ""
    package var groupInstanceID: String?
    package var reason: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&memberID)
      wire.code(&groupInstanceID)
      wire.code(&reason, since: 5)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID, in: 0...2)
    wire.code(&members, since: 3)
  }
}

/// What became of each member that was to leave.
///
/// Version 1 added `throttleMilliseconds`; 3 added `members`; 4 is flexible.
package struct LeaveGroupResponse: WireMessage, Equatable {
  package static let api = API(13, versions: 0...5, flexibleSince: 4)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var members: [Member] = []

  package struct Member: WireStruct, Hashable, Sendable {
    package var memberID = ""
    package var groupInstanceID: String?
    package var errorCode = ErrorCode.none

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&memberID)
      wire.code(&groupInstanceID)
      wire.code(&errorCode)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 1)
    wire.code(&errorCode)
    wire.code(&members, since: 3)
  }
}
