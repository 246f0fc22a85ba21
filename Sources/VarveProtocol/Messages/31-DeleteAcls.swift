package import VarveBase

/// Removes the rules that filters match.
///
/// Version 2 is flexible; 3 allows the resource type of users (KIP-373).
package struct DeleteAclsRequest: WireMessage, Equatable {
  package static let api = API(31, versions: 1...3, flexibleSince: 2)

  package var filters: [AccessControlFilter] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&filters)
  }
}

/// The rules that each filter matched and that are no more.
///
/// Version 2 is flexible.
package struct DeleteAclsResponse: WireMessage, Equatable {
  package static let api = API(31, versions: 1...3, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  /// In the order of the request.
  package var filterResults: [FilterResult] = []

  package struct FilterResult: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var matchingRules: [MatchingRule] = []

    package struct MatchingRule: WireStruct, Hashable, Sendable {
      package var errorCode = ErrorCode.none
      package var errorMessage: String?
      package var entry = AccessControlEntry()

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&errorCode)
        wire.code(&errorMessage)
        // Its fields are the rule's own, not those of a struct within it.
        entry.code(with: &wire)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&matchingRules)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&filterResults)
  }
}
