package import VarveBase

/// Asks for a member's assignment in a classic group; the leader brings everybody's.
///
/// Version 3 added `groupInstanceID`; 4 is flexible; 5 added `protocolType`, `protocolName`.
package struct SyncGroupRequest: WireMessage, Equatable {
  package static let api = API(14, versions: 0...5, flexibleSince: 4)

  package var groupID = ""
  package var generationID: Int32 = 0
  package var memberID = ""
  package var groupInstanceID: String?
  package var protocolType: String?
  package var protocolName: String?
  package var assignments: [Assignment] = []

  package struct Assignment: WireStruct, Hashable, Sendable {
    package var memberID = ""
    package var assignment = ByteSlice()

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&memberID)
      wire.code(&assignment)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&generationID)
    wire.code(&memberID)
    wire.code(&groupInstanceID, since: 3)
    wire.code(&protocolType, since: 5)
    wire.code(&protocolName, since: 5)
    wire.code(&assignments)
  }
}

/// A member's assignment.
///
/// Version 1 added `throttleMilliseconds`; 4 is flexible; 5 added `protocolType`, `protocolName`.
package struct SyncGroupResponse: WireMessage, Equatable {
  package static let api = API(14, versions: 0...5, flexibleSince: 4)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var protocolType: String?
  package var protocolName: String?
  package var assignment = ByteSlice()

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 1)
    wire.code(&errorCode)
    wire.code(&protocolType, since: 5)
    wire.code(&protocolName, since: 5)
    wire.code(&assignment)
  }
}
