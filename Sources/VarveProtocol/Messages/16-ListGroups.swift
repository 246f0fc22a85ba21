package import VarveBase

/// Asks which groups there are.
///
/// Version 3 is flexible; 4 added `statesFilter`; 5 added `typesFilter`.
package struct ListGroupsRequest: WireMessage, Equatable {
  package static let api = API(16, versions: 0...5, flexibleSince: 3)

  package var statesFilter: [String] = []
  package var typesFilter: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&statesFilter, since: 4)
    wire.code(&typesFilter, since: 5)
  }
}

/// The groups that there are.
///
/// Version 1 added `throttleMilliseconds`; 3 is flexible; 4 added `groupState`; 5 added
/// `groupType`.
package struct ListGroupsResponse: WireMessage, Equatable {
  package static let api = API(16, versions: 0...5, flexibleSince: 3)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var groups: [Group] = []

  package struct Group: WireStruct, Hashable, Sendable {
    package var groupID = ""
    package var protocolType = ""
    package var groupState = ""
    package var groupType = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&groupID)
      wire.code(&protocolType)
      wire.code(&groupState, since: 4)
      wire.code(&groupType, since: 5)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 1)
    wire.code(&errorCode)
    wire.code(&groups)
  }
}
