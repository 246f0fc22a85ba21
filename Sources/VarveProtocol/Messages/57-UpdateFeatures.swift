package import VarveBase

/// Changes the levels that features run at (KIP-584).
///
/// Version 1 added `onlyValidates`, `upgradeType` and dropped `allowsDowngrade` (KIP-778); 2
/// answers for all at once.
package struct UpdateFeaturesRequest: WireMessage, Equatable {
  package static let api = API(57, versions: 0...2, flexibleSince: 0)

  package var timeoutMilliseconds: Int32 = 60000
  package var updates: [Update] = []
  /// Whether to check all and change nothing.
  package var onlyValidates = false

  package struct Update: WireStruct, Hashable, Sendable {
    package var name = ""
    /// 0 removes the feature.
    package var level: Int16 = 0
    package var allowsDowngrade = false
    /// 1: only up; 2: down where nothing is lost; 3: down even so.
    package var upgradeType: Int8 = 1

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&level)
      wire.code(&allowsDowngrade, in: 0...0)
      wire.code(&upgradeType, since: 1)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&timeoutMilliseconds)
    wire.code(&updates)
    wire.code(&onlyValidates, since: 1)
  }
}

/// What became of each feature, or of all.
///
/// Version 2 dropped `results`: all features change or none.
package struct UpdateFeaturesResponse: WireMessage, Equatable {
  package static let api = API(57, versions: 0...2, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var results: [Result] = []

  package struct Result: WireStruct, Hashable, Sendable {
    package var name = ""
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&errorCode)
      wire.code(&errorMessage)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&results, in: 0...1)
  }
}
