package import VarveBase

/// Moves the start of partitions forward: records before it are deleted.
///
/// Version 2 is flexible.
package struct DeleteRecordsRequest: WireMessage, Equatable {
  package static let api = API(21, versions: 0...2, flexibleSince: 2)

  package var topics: [Topic] = []
  package var timeoutMilliseconds: Int32 = 0

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      /// The first offset to keep, or -1 for the end: none is kept.
      package var offset: Offset = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&offset)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
    wire.code(&timeoutMilliseconds)
  }
}

/// Where each partition starts now.
///
/// Version 2 is flexible.
package struct DeleteRecordsResponse: WireMessage, Equatable {
  package static let api = API(21, versions: 0...2, flexibleSince: 2)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      /// The first offset that is left, or -1 after an error.
      package var lowWatermark: Offset = 0
      package var errorCode = ErrorCode.none

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&lowWatermark)
        wire.code(&errorCode)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&topics)
  }
}
