package import VarveBase

/// Sets and removes users' SCRAM passwords (KIP-554).
package struct AlterUserScramCredentialsRequest: WireMessage, Equatable {
  package static let api = API(51, versions: 0...0, flexibleSince: 0)

  package var deletions: [Deletion] = []
  package var upsertions: [Upsertion] = []

  package struct Deletion: WireStruct, Hashable, Sendable {
    package var name = ""
    /// 1: SCRAM-SHA-256; 2: SCRAM-SHA-512.
    package var mechanism: Int8 = 0

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&mechanism)
    }
  }

  package struct Upsertion: WireStruct, Hashable, Sendable {
    package var name = ""
    /// 1: SCRAM-SHA-256; 2: SCRAM-SHA-512.
    package var mechanism: Int8 = 0
    package var iterations: Int32 = 0
    package var salt = ByteSlice()
    /// `Hi(password, salt, iterations)` of RFC 5802: the broker never sees the password.
    package var saltedPassword = ByteSlice()

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&mechanism)
      wire.code(&iterations)
      wire.code(&salt)
      wire.code(&saltedPassword)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&deletions)
    wire.code(&upsertions)
  }
}

/// What became of each user.
package struct AlterUserScramCredentialsResponse: WireMessage, Equatable {
  package static let api = API(51, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var results: [Result] = []

  package struct Result: WireStruct, Hashable, Sendable {
    package var user = ""
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&user)
      wire.code(&errorCode)
      wire.code(&errorMessage)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&results)
  }
}
