package import VarveBase

/// Asks for the rules that a filter matches.
///
/// Version 2 is flexible; 3 allows the resource type of users (KIP-373).
package struct DescribeAclsRequest: WireMessage, Equatable {
  package static let api = API(29, versions: 1...3, flexibleSince: 2)

  package var filter = AccessControlFilter()

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    // Its fields are the message's own, not those of a struct within it.
    filter.code(with: &wire)
  }
}

/// The rules that a filter matches, by resource.
///
/// Version 2 is flexible.
package struct DescribeAclsResponse: WireMessage, Equatable {
  package static let api = API(29, versions: 1...3, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var resources: [Resource] = []

  package struct Resource: WireStruct, Hashable, Sendable {
    /// As in ``AccessControlEntry``, and so are the other numbers.
    package var type: Int8 = 0
    package var name = ""
    package var patternType: Int8 = 3
    package var rules: [Rule] = []

    package struct Rule: WireStruct, Hashable, Sendable {
      package var principal = ""
      package var host = ""
      package var operation: Int8 = 0
      package var permissionType: Int8 = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&principal)
        wire.code(&host)
        wire.code(&operation)
        wire.code(&permissionType)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&type)
      wire.code(&name)
      wire.code(&patternType)
      wire.code(&rules)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&resources)
  }
}
