package import VarveBase

/// A user's password, salted and hashed (RFC 5802, KIP-900).
package struct UserScramCredentialRecord: WireMessage, Equatable {
  package static let api = API(11, versions: 0...0, flexibleSince: 0)

  package var name = ""
  /// 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512.
  package var mechanism: Int8 = 0
  package var salt = ByteSlice()
  package var storedKey = ByteSlice()
  package var serverKey = ByteSlice()
  package var iterations: Int32 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&name)
    wire.code(&mechanism)
    wire.code(&salt)
    wire.code(&storedKey)
    wire.code(&serverKey)
    wire.code(&iterations)
  }
}

/// A user's password is deleted.
package struct RemoveUserScramCredentialRecord: WireMessage, Equatable {
  package static let api = API(22, versions: 0...0, flexibleSince: 0)

  package var name = ""
  package var mechanism: Int8 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&name)
    wire.code(&mechanism)
  }
}

/// A rule that allows or denies. The numbers are those of the protocol's ACL requests.
package struct AccessControlEntryRecord: WireMessage, Equatable {
  package static let api = API(18, versions: 0...0, flexibleSince: 0)

  package var id = TopicID.zero
  package var resourceType: Int8 = 0
  package var resourceName = ""
  package var patternType: Int8 = 0
  package var principal = ""
  package var host = ""
  package var operation: Int8 = 0
  package var permissionType: Int8 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&id)
    wire.code(&resourceType)
    wire.code(&resourceName)
    wire.code(&patternType)
    wire.code(&principal)
    wire.code(&host)
    wire.code(&operation)
    wire.code(&permissionType)
  }
}

/// A rule is deleted.
package struct RemoveAccessControlEntryRecord: WireMessage, Equatable {
  package static let api = API(19, versions: 0...0, flexibleSince: 0)

  package var id = TopicID.zero

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&id)
  }
}

/// A delegation token (KIP-900). Kept, although we issue none.
package struct DelegationTokenRecord: WireMessage, Equatable {
  package static let api = API(10, versions: 0...0, flexibleSince: 0)

  package var owner = ""
  package var requester = ""
  package var renewers: [String] = []
  package var issueTimestamp: Int64 = 0
  package var maxTimestamp: Int64 = 0
  package var expirationTimestamp: Int64 = 0
  package var tokenID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&owner)
    wire.code(&requester)
    wire.code(&renewers)
    wire.code(&issueTimestamp)
    wire.code(&maxTimestamp)
    wire.code(&expirationTimestamp)
    wire.code(&tokenID)
  }
}

/// A delegation token is deleted.
package struct RemoveDelegationTokenRecord: WireMessage, Equatable {
  package static let api = API(26, versions: 0...0, flexibleSince: 0)

  package var tokenID = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&tokenID)
  }
}
