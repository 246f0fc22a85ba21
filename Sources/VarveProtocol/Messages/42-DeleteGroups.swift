package import VarveBase

/// Deletes groups that have no members.
///
/// Version 2 is flexible.
package struct DeleteGroupsRequest: WireMessage, Equatable {
  package static let api = API(42, versions: 0...2, flexibleSince: 2)

  package var groupsNames: [String] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupsNames)
  }
}

/// What became of each group.
///
/// Version 2 is flexible.
package struct DeleteGroupsResponse: WireMessage, Equatable {
  package static let api = API(42, versions: 0...2, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var results: [Result] = []

  package struct Result: WireStruct, Hashable, Sendable {
    package var groupID = ""
    package var errorCode = ErrorCode.none

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&groupID)
      wire.code(&errorCode)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&results)
  }
}
