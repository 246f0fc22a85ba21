package import VarveBase

/// Creates topics.
///
/// Version 4 allows -1 for partitions and replicas (KIP-464); 5 is flexible; 6 knows
/// THROTTLING_QUOTA_EXCEEDED (KIP-599).
package struct CreateTopicsRequest: WireMessage, Equatable {
  package static let api = API(19, versions: 2...7, flexibleSince: 5)

  package var topics: [Topic] = []
  package var timeoutMilliseconds: Int32 = 60000
  /// Whether to check all and create nothing.
  package var onlyValidates = false

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    /// -1: the broker's default, or as `assignments` says.
    package var partitionCount: Int32 = 0
    /// -1: the broker's default, or as `assignments` says.
    package var replicationFactor: Int16 = 0
    /// The replicas of each partition; empty where the broker chooses.
    package var assignments: [Assignment] = []
    package var configs: [Config] = []

    package struct Assignment: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var brokerIDs: [Int32] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&brokerIDs)
      }
    }

    package struct Config: WireStruct, Hashable, Sendable {
      package var name = ""
      package var value: String?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&value)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitionCount)
      wire.code(&replicationFactor)
      wire.code(&assignments)
      wire.code(&configs)
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
/// Version 5 added `topicConfigErrorCode`, `partitionCount`, `replicationFactor`, `configs` and is
/// flexible (KIP-525); 7 added `topicID` (KIP-516).
package struct CreateTopicsResponse: WireMessage, Equatable {
  package static let api = API(19, versions: 2...7, flexibleSince: 5)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var errorCode = ErrorCode.none
    package var errorMessage: String?
    /// Why `configs` is null.
    package var topicConfigErrorCode = ErrorCode.none
    /// -1 where `configs` is null, as is `replicationFactor`.
    package var partitionCount: Int32 = -1
    package var replicationFactor: Int16 = -1
    package var configs: [Config]? = []

    package struct Config: WireStruct, Hashable, Sendable {
      package var name = ""
      package var value: String?
      package var isReadOnly = false
      /// 1: topic; 2: broker, changed at run time; 3: all brokers, changed at run time; 4: broker,
      /// from its file; 5: default.
      package var configSource: Int8 = -1
      package var isSensitive = false

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&name)
        wire.code(&value)
        wire.code(&isReadOnly)
        wire.code(&configSource)
        wire.code(&isSensitive)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&topicID, since: 7)
      wire.code(&errorCode)
      wire.code(&errorMessage)
      wire.code(&partitionCount, since: 5)
      wire.code(&replicationFactor, since: 5)
      wire.code(&configs, since: 5)
      wire.tags { wire in
        wire.code(&topicConfigErrorCode, tag: 0, unless: ErrorCode.none)
      }
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&topics)
  }
}
