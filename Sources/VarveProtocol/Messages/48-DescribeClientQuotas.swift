package import VarveBase

/// Asks for the quotas that match all of `components` (KIP-546).
///
/// Version 1 is flexible.
package struct DescribeClientQuotasRequest: WireMessage, Equatable {
  package static let api = API(48, versions: 0...1, flexibleSince: 1)

  package var components: [Component] = []
  /// Whether entities that have other types too are left out.
  package var isStrict = false

  package struct Component: WireStruct, Hashable, Sendable {
    /// `user`, `client-id` or `ip`.
    package var entityType = ""
    /// 0: has the name `match`; 1: is the default of its type; 2: has any name.
    package var matchType: Int8 = 0
    package var match: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&entityType)
      wire.code(&matchType)
      wire.code(&match)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&components)
    wire.code(&isStrict)
  }
}

/// The quotas that match.
///
/// Version 1 is flexible.
package struct DescribeClientQuotasResponse: WireMessage, Equatable {
  package static let api = API(48, versions: 0...1, flexibleSince: 1)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  /// Null after an error.
  package var entries: [Entry]?

  package struct Entry: WireStruct, Hashable, Sendable {
    package var entity: [ClientQuotaRecord.Part] = []
    package var values: [Value] = []

    package struct Value: WireStruct, Hashable, Sendable {
      package var key = ""
      package var value: Double = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&key)
        wire.code(&value)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&entity)
      wire.code(&values)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&entries)
  }
}
