package import VarveBase

/// Changes some configs of resources (KIP-339).
///
/// Version 1 is flexible.
package struct IncrementalAlterConfigsRequest: WireMessage, Equatable {
  package static let api = API(44, versions: 0...1, flexibleSince: 1)

  package var resources: [Resource] = []
  /// Whether to check all and change nothing.
  package var onlyValidates = false

  package struct Resource: WireStruct, Hashable, Sendable {
    /// 2: topic; 4: broker; 8: broker logger; 16: client metrics; 32: group.
    package var type: Int8 = 0
    package var name = ""
    package var configs: [Config] = []

    package struct Config: WireStruct, Hashable, Sendable {
      package var name = ""
      /// 0: set; 1: delete; 2: append to a list; 3: subtract from a list.
      package var operation: Int8 = 0
      /// Null to delete.
      package var value: String?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&operation)
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
/// Version 1 is flexible.
package struct IncrementalAlterConfigsResponse: WireMessage, Equatable {
  package static let api = API(44, versions: 0...1, flexibleSince: 1)

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
