package import VarveBase

/// Adds rules.
///
/// Version 2 is flexible; 3 allows the resource type of users (KIP-373).
package struct CreateAclsRequest: WireMessage, Equatable {
  package static let api = API(30, versions: 1...3, flexibleSince: 2)

  package var creations: [AccessControlEntry] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&creations)
  }
}

/// What became of each rule.
///
/// Version 2 is flexible.
package struct CreateAclsResponse: WireMessage, Equatable {
  package static let api = API(30, versions: 1...3, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  /// In the order of the request.
  package var results: [Result] = []

  package struct Result: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
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
