package import VarveBase

/// A member of a classic group is alive.
///
/// Version 3 added `groupInstanceID`; 4 is flexible.
package struct HeartbeatRequest: WireMessage, Equatable {
  package static let api = API(12, versions: 0...4, flexibleSince: 4)

  package var groupID = ""
  package var generationID: Int32 = 0
  package var memberID = ""
  package var groupInstanceID: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&generationID)
    wire.code(&memberID)
    wire.code(&groupInstanceID, since: 3)
  }
}

/// Whether the member's generation still stands.
///
/// Version 1 added `throttleMilliseconds`; 4 is flexible.
package struct HeartbeatResponse: WireMessage, Equatable {
  package static let api = API(12, versions: 0...4, flexibleSince: 4)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 1)
    wire.code(&errorCode)
  }
}
