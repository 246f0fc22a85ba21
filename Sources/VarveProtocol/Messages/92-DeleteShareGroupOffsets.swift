package import VarveBase

/// Forgets how far a share group without members has got in topics (KIP-932).
package struct DeleteShareGroupOffsetsRequest: WireMessage, Equatable {
  package static let api = API(92, versions: 0...0, flexibleSince: 0)

  package var groupID = ""
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&topics)
  }
}

/// Which topics were forgotten.
package struct DeleteShareGroupOffsetsResponse: WireMessage, Equatable {
  package static let api = API(92, versions: 0...0, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&topicID)
      wire.code(&errorCode)
      wire.code(&errorMessage)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&topics)
  }
}
