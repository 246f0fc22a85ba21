package import VarveBase

/// Replaces all configs of resources. Kafka deprecates it for IncrementalAlterConfigs.
///
/// Version 2 is flexible.
package struct AlterConfigsRequest: WireMessage, Equatable {
  package static let api = API(33, versions: 0...2, flexibleSince: 2)

  package var resources: [Resource] = []
  /// Whether to check all and change nothing.
  package var onlyValidates = false

  package struct Resource: WireStruct, Hashable, Sendable {
    /// 2: topic; 4: broker; 8: broker logger; 16: client metrics; 32: group.
    package var type: Int8 = 0
    package var name = ""
    /// All that are to be set: others go back to their defaults.
    package var configs: [Config] = []

    package struct Config: WireStruct, Hashable, Sendable {
      package var name = ""
      /// Null: back to the default.
      package var value: String?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&value)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&type)
      wire.code(&name)
      wire.code(&configs)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&resources)
    wire.code(&onlyValidates)
  }
}

/// What became of each resource.
///
/// Version 2 is flexible.
package struct AlterConfigsResponse: WireMessage, Equatable {
  package static let api = API(33, versions: 0...2, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var resources: [Resource] = []

  package struct Resource: WireStruct, Hashable, Sendable {
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    package var type: Int8 = 0
    package var name = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&type)
      wire.code(&name)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&resources)
  }
}
