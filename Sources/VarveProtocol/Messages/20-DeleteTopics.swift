package import VarveBase

/// Deletes topics, by name or by id.
///
/// Version 3 knows TOPIC_DELETION_DISABLED; 4 is flexible; 5 knows THROTTLING_QUOTA_EXCEEDED
/// (KIP-599); 6 added `topics` and dropped `names` (KIP-516).
package struct DeleteTopicsRequest: WireMessage, Equatable {
  package static let api = API(20, versions: 1...6, flexibleSince: 4)

  package var topics: [Topic] = []
  package var names: [String] = []
  package var timeoutMilliseconds: Int32 = 0

  package struct Topic: WireStruct, Hashable, Sendable {
    /// Null where `topicID` says which.
    package var name: String?
    package var topicID = TopicID.zero

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&topicID)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics, since: 6)
    wire.code(&names, in: 1...5)
    wire.code(&timeoutMilliseconds)
  }
}

/// What became of each topic.
///
/// Version 4 is flexible; 5 added `errorMessage`; 6 added `topicID` and lets `name` be null
/// (KIP-516).
package struct DeleteTopicsResponse: WireMessage, Equatable {
  package static let api = API(20, versions: 1...6, flexibleSince: 4)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    /// Null from version 6 on where the id asked for is not known.
    package var name: String?
    package var topicID = TopicID.zero
    package var errorCode = ErrorCode.none
    package var errorMessage: String?

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, nullableSince: 6)
      wire.code(&topicID, since: 6)
      wire.code(&errorCode)
      wire.code(&errorMessage, since: 5)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&topics)
  }
}
