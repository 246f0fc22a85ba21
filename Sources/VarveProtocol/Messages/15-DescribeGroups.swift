package import VarveBase

/// Asks for classic groups and their members.
///
/// Version 3 added `includesAuthorizedOperations`; 5 is flexible.
package struct DescribeGroupsRequest: WireMessage, Equatable {
  package static let api = API(15, versions: 0...6, flexibleSince: 5)

  package var groups: [String] = []
  package var includesAuthorizedOperations = false

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groups)
    wire.code(&includesAuthorizedOperations, since: 3)
  }
}

/// Classic groups and their members.
///
/// Version 1 added `throttleMilliseconds`; 3 added `authorizedOperations`; 4 added
/// `groupInstanceID`; 5 is flexible; 6 added `errorMessage`.
package struct DescribeGroupsResponse: WireMessage, Equatable {
  package static let api = API(15, versions: 0...6, flexibleSince: 5)

  package var throttleMilliseconds: Int32 = 0
  package var groups: [Group] = []

  package struct Group: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var groupID = ""
    package var groupState = ""
    package var protocolType = ""
    package var protocolData = ""
    package var members: [Member] = []
    package var authorizedOperations: Int32 = -2147483648

    package struct Member: WireStruct, Hashable, Sendable {
      package var memberID = ""
      package var groupInstanceID: String?
      package var clientID = ""
      package var clientHost = ""
      package var memberMetadata = ByteSlice()
      package var memberAssignment = ByteSlice()

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&memberID)
        wire.code(&groupInstanceID, since: 4)
        wire.code(&clientID)
        wire.code(&clientHost)
        wire.code(&memberMetadata)
        wire.code(&memberAssignment)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&errorMessage, since: 6)
      wire.code(&groupID)
      wire.code(&groupState)
      wire.code(&protocolType)
      wire.code(&protocolData)
      wire.code(&members)
      wire.code(&authorizedOperations, since: 3)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds, since: 1)
    wire.code(&groups)
  }
}
