package import VarveBase

/// Asks for configurations.
///
/// Version 1 added `includesSynonyms` (KIP-226); 3 added `includesDocumentation` (KIP-569); 4 is
/// flexible.
package struct DescribeConfigsRequest: WireMessage, Equatable {
  package static let api = API(32, versions: 1...4, flexibleSince: 4)

  package var resources: [Resource] = []
  package var includesSynonyms = false
  package var includesDocumentation = false

  package struct Resource: WireStruct, Hashable, Sendable {
    /// 2: topic; 4: broker; 8: broker logger; 16: client metrics; 32: group.
    package var type: Int8 = 0
    package var name = ""
    /// Null: all.
    package var names: [String]?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&type)
      wire.code(&name)
      wire.code(&names)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&resources)
    wire.code(&includesSynonyms)
    wire.code(&includesDocumentation, since: 3)
  }
}

/// Configurations, with where each value comes from.
///
/// Version 3 added `type`, `documentation` (KIP-569); 4 is flexible.
package struct DescribeConfigsResponse: WireMessage, Equatable {
  package static let api = API(32, versions: 1...4, flexibleSince: 4)

  package var throttleMilliseconds: Int32 = 0
  package var resources: [Resource] = []

  package struct Resource: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    /// 2: topic; 4: broker; 8: broker logger; 16: client metrics; 32: group.
    package var type: Int8 = 0
    package var name = ""
    package var configs: [Config] = []

    package struct Config: WireStruct, Hashable, Sendable {
      package var name = ""
      /// Null where it is unset or sensitive.
      package var value: String?
      package var isReadOnly = false
      /// 1: topic; 2: broker, changed at run time; 3: all brokers, changed at run time; 4: broker,
      /// from its file; 5: default; 6: broker logger; 7: client metrics; 8: group.
      package var source: Int8 = -1
      package var isSensitive = false
      /// Every place that says a value, the one that counts first.
      package var synonyms: [Synonym] = []
      /// 1: boolean; 2: string; 3: int; 4: short; 5: long; 6: double; 7: list; 8: class; 9:
      /// password.
      package var type: Int8 = 0
      package var documentation: String?

      package struct Synonym: WireStruct, Hashable, Sendable {
        package var name = ""
        package var value: String?
        /// As the config's own.
        package var source: Int8 = 0

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&name)
          wire.code(&value)
          wire.code(&source)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&value)
        wire.code(&isReadOnly)
        wire.code(&source)
        wire.code(&isSensitive)
        wire.code(&synonyms)
        wire.code(&type, since: 3)
        wire.code(&documentation, since: 3)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&type)
      wire.code(&name)
      wire.code(&configs)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&resources)
  }
}
