package import VarveBase

/// Asks which SCRAM mechanisms users have passwords for (KIP-554).
package struct DescribeUserScramCredentialsRequest: WireMessage, Equatable {
  package static let api = API(50, versions: 0...0, flexibleSince: 0)

  /// Null or empty: all.
  package var users: [User]?

  package struct User: WireStruct, Hashable, Sendable {
    package var name = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&users)
  }
}

/// The SCRAM mechanisms that users have passwords for.
package struct DescribeUserScramCredentialsResponse: WireMessage, Equatable {
  package static let api = API(50, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var results: [Result] = []

  package struct Result: WireStruct, Hashable, Sendable {
    package var user = ""
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var credentials: [Credential] = []

    package struct Credential: WireStruct, Hashable, Sendable {
      /// 1: SCRAM-SHA-256; 2: SCRAM-SHA-512.
      package var mechanism: Int8 = 0
      package var iterations: Int32 = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&mechanism)
        wire.code(&iterations)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&user)
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&credentials)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&results)
  }
}
