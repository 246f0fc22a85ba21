package import VarveBase

/// Asks for the offsets of times or of special places in partitions.
///
/// Version 1 answers one offset; 2 added `isolationLevel`; 3 lets the broker answer before it
/// throttles (KIP-219); 4 added `currentLeaderEpoch`; 5 knows OFFSET_NOT_AVAILABLE; 6 is flexible;
/// 7 allows timestamp -3 (KIP-734); 8 allows -4 (KIP-405); 9 allows -5 (KIP-1005); 10 added
/// `timeoutMilliseconds` (KIP-1075); 11 allows -6 (KIP-1023).
package struct ListOffsetsRequest: WireMessage, Equatable {
  package static let api = API(2, versions: 1...11, flexibleSince: 6)

  /// -1 for a consumer.
  package var replicaID: Int32 = 0
  /// 0: read uncommitted; 1: read committed, whose end is the last stable offset.
  package var isolationLevel: Int8 = 0
  package var topics: [Topic] = []
  /// How long the broker may wait for tiered storage.
  package var timeoutMilliseconds: Int32 = 0

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var currentLeaderEpoch: Int32 = -1
      /// A time in milliseconds: the first offset whose record is not older. -1: the end; -2: the
      /// start; -3: the record with the largest timestamp; -4: the start of what is on this disk;
      /// -5: the last offset in tiered storage; -6: the first that is not there yet.
      package var timestamp: Int64 = 0

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&currentLeaderEpoch, since: 4)
        wire.code(&timestamp)
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
    wire.code(&replicaID)
    wire.code(&isolationLevel, since: 2)
    wire.code(&topics)
    wire.code(&timeoutMilliseconds, since: 10)
  }
}

/// The offsets of times or of special places in partitions.
///
/// Version 2 added `throttleMilliseconds`; 4 added `leaderEpoch`; 6 is flexible.
package struct ListOffsetsResponse: WireMessage, Equatable {
  package static let api = API(2, versions: 1...11, flexibleSince: 6)

  package var throttleMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      /// Of the record found, or none.
      package var timestamp: Timestamp = -1
      /// -1 where there is none.
      package var offset: Offset = -1
      package var leaderEpoch: Int32 = -1

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&timestamp)
        wire.code(&offset)
        wire.code(&leaderEpoch, since: 4)
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
    wire.code(&throttleMilliseconds, since: 2)
    wire.code(&topics)
  }
}
