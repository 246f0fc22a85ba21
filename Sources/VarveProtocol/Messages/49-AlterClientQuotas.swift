package import VarveBase

/// Sets and removes quotas (KIP-546).
///
/// Version 1 is flexible.
package struct AlterClientQuotasRequest: WireMessage, Equatable {
  package static let api = API(49, versions: 0...1, flexibleSince: 1)

  package var entries: [Entry] = []
  /// Whether to check all and change nothing.
  package var onlyValidates = false

  package struct Entry: WireStruct, Hashable, Sendable {
    package var entity: [ClientQuotaRecord.Part] = []
    package var operations: [Operation] = []

    package struct Operation: WireStruct, Hashable, Sendable {
      package var key = ""
      package var value: Double = 0
      /// Whether the quota is removed: `value` is of no meaning then.
      package var isRemoval = false

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&key)
        wire.code(&value)
        wire.code(&isRemoval)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&entity)
      wire.code(&operations)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&entries)
    wire.code(&onlyValidates)
  }
}

/// What became of each entry.
///
/// Version 1 is flexible.
package struct AlterClientQuotasResponse: WireMessage, Equatable {
  package static let api = API(49, versions: 0...1, flexibleSince: 1)

  package var throttleMilliseconds: Int32 = 0
  package var entries: [Entry] = []

  package struct Entry: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var entity: [ClientQuotaRecord.Part] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&entity)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&entries)
  }
}
