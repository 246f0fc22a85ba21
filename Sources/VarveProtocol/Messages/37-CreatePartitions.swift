package import VarveBase

/// Gives topics more partitions.
///
/// Version 1 lets the broker answer before it throttles (KIP-219); 2 is flexible; 3 knows
/// THROTTLING_QUOTA_EXCEEDED (KIP-599).
package struct CreatePartitionsRequest: WireMessage, Equatable {
  package static let api = API(37, versions: 0...3, flexibleSince: 2)

  package var topics: [Topic] = []
  package var timeoutMilliseconds: Int32 = 0
  /// Whether to check all and create nothing.
  package var onlyValidates = false

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    /// How many there are to be in all.
    package var count: Int32 = 0
    /// The replicas of each new partition; null where the broker chooses.
    package var assignments: [Assignment]?

    package struct Assignment: WireStruct, Hashable, Sendable {
      package var brokerIDs: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&brokerIDs)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&count)
      wire.code(&assignments)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
    wire.code(&timeoutMilliseconds)
    wire.code(&onlyValidates)
  }
}

/// What became of each topic.
///
/// Version 2 is flexible.
package struct CreatePartitionsResponse: WireMessage, Equatable {
  package static let api = API(37, versions: 0...3, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
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
    wire.code(&topics)
  }
}
