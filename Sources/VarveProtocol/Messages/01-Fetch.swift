package import VarveBase

/// Reads batches from partitions.
///
/// From version 7 on a session (KIP-227) remembers partitions: a request then names only those that
/// changed, and those to forget.
///
/// Version 4 is the first with batches of format 2; 5 added `logStartOffset`; 6 knows
/// KAFKA_STORAGE_ERROR; 7 added `sessionID`, `sessionEpoch`, `forgottenTopics` (KIP-227); 8 lets
/// the broker answer before it throttles (KIP-219); 9 added `currentLeaderEpoch` (KIP-320); 10
/// allows zstd; 11 added `rackID` (KIP-392); 12 added `clusterID`, `lastFetchedEpoch` and is
/// flexible; 13 added `topicID` and dropped `name` (KIP-516); 14 knows
/// OFFSET_MOVED_TO_TIERED_STORAGE; 15 added `replicaState` and dropped `replicaID` (KIP-903); 16
/// asks for current leaders (KIP-951); 17 added `replicaDirectoryID` (KIP-853); 18 added
/// `highWatermark` (KIP-1166).
package struct FetchRequest: WireMessage, Equatable {
  package static let api = API(1, versions: 4...18, flexibleSince: 12)

  /// Sent by followers of the metadata log only, as are `replicaState` and `replicaDirectoryID`.
  package var clusterID: String?
  /// -1 for a consumer.
  package var replicaID: Int32 = -1
  package var replicaState = ReplicaState()
  /// How long the broker may wait for `minBytes`.
  package var maxWaitMilliseconds: Int32 = 0
  package var minBytes: Int32 = 0
  /// Of all partitions together. The first batch is sent even if it is larger.
  package var maxBytes = Int32.max
  /// 0: read uncommitted; 1: read committed.
  package var isolationLevel: Int8 = 0
  /// 0: no session yet.
  package var sessionID: Int32 = 0
  /// 0 begins a session, -1 ends it or has none.
  package var sessionEpoch: Int32 = -1
  package var topics: [Topic] = []
  package var forgottenTopics: [ForgottenTopic] = []
  /// Where the consumer is: it may be told to read from a replica near it.
  package var rackID = ""

  package struct ReplicaState: WireStruct, Hashable, Sendable {
    /// -1 for a consumer.
    package var replicaID: Int32 = -1
    /// -1 where it is unknown.
    package var replicaEpoch: Int64 = -1

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&replicaID)
      wire.code(&replicaEpoch)
    }
  }

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var currentLeaderEpoch: Int32 = -1
      package var fetchOffset: Offset = 0
      /// Sent by followers only, as is `logStartOffset`.
      package var lastFetchedEpoch: Int32 = -1
      package var logStartOffset: Offset = -1
      /// Of this partition. The first batch of an answer is sent even if it is larger.
      package var partitionMaxBytes: Int32 = 0
      package var replicaDirectoryID = TopicID.zero
      package var highWatermark = Offset(Int64.max)

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&currentLeaderEpoch, since: 9)
        wire.code(&fetchOffset)
        wire.code(&lastFetchedEpoch, since: 12)
        wire.code(&logStartOffset, since: 5)
        wire.code(&partitionMaxBytes)
        wire.tags { wire in
          wire.code(&replicaDirectoryID, tag: 0, unless: TopicID.zero, since: 17)
          wire.code(&highWatermark, tag: 1, unless: Offset(Int64.max), since: 18)
        }
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, in: 4...12)
      wire.code(&topicID, since: 13)
      wire.code(&partitions)
    }
  }

  package struct ForgottenTopic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var partitionIndexes: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, in: 7...12)
      wire.code(&topicID, since: 13)
      wire.code(&partitionIndexes)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&replicaID, in: 4...14)
    wire.code(&maxWaitMilliseconds)
    wire.code(&minBytes)
    wire.code(&maxBytes)
    wire.code(&isolationLevel)
    wire.code(&sessionID, since: 7)
    wire.code(&sessionEpoch, since: 7)
    wire.code(&topics)
    wire.code(&forgottenTopics, since: 7)
    wire.code(&rackID, since: 11)
    wire.tags { wire in
      wire.code(&clusterID, tag: 0, unless: nil)
      wire.code(&replicaState, tag: 1, unless: ReplicaState(), since: 15)
    }
  }
}

/// Batches of partitions, from those that hold the offsets asked for.
///
/// Version 5 added `logStartOffset`; 7 added `errorCode`, `sessionID` (KIP-227); 11 added
/// `preferredReadReplica` (KIP-392); 12 added `divergingEpoch`, `currentLeader`, `snapshotID` and
/// is flexible (KIP-595); 13 added `topicID` and dropped `name` (KIP-516); 16 added `nodeEndpoints`
/// (KIP-951).
package struct FetchResponse: WireMessage, Equatable {
  package static let api = API(1, versions: 4...18, flexibleSince: 12)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  /// 0: no session.
  package var sessionID: Int32 = 0
  package var topics: [Topic] = []
  /// Of the brokers that `currentLeader` names.
  package var nodeEndpoints: [NodeEndpoint] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var highWatermark: Offset = 0
      package var lastStableOffset: Offset = -1
      package var logStartOffset: Offset = -1
      /// Where the log of a follower leaves the leader's.
      package var divergingEpoch = DivergingEpoch()
      /// Where to go after NOT_LEADER_OR_FOLLOWER.
      package var currentLeader = CurrentLeader()
      /// What a follower must load before it can go on.
      package var snapshotID = SnapshotID()
      /// Those with records among the batches; null for who reads uncommitted.
      package var abortedTransactions: [AbortedTransaction]?
      /// The broker to read from instead, or -1.
      package var preferredReadReplica: Int32 = -1
      /// Batches, the last of which may be cut short. Empty rather than null where there are none,
      /// as in Kafka. ``WireMessage/gatheredResponseFrame(version:correlationID:errors:)`` does not
      /// copy them.
      package var records: ByteSlice? = ByteSlice()

      package struct DivergingEpoch: WireStruct, Hashable, Sendable {
        package var epoch: Int32 = -1
        package var endOffset: Offset = -1

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&epoch)
          wire.code(&endOffset)
        }
      }

      package struct SnapshotID: WireStruct, Hashable, Sendable {
        package var endOffset: Offset = -1
        package var epoch: Int32 = -1

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&endOffset)
          wire.code(&epoch)
        }
      }

      package struct AbortedTransaction: WireStruct, Hashable, Sendable {
        package var producerID: Int64 = 0
        package var firstOffset: Offset = 0

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&producerID)
          wire.code(&firstOffset)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&highWatermark)
        wire.code(&lastStableOffset)
        wire.code(&logStartOffset, since: 5)
        wire.code(&abortedTransactions)
        wire.code(&preferredReadReplica, since: 11)
        wire.records(&records)
        wire.tags { wire in
          wire.code(&divergingEpoch, tag: 0, unless: DivergingEpoch())
          wire.code(&currentLeader, tag: 1, unless: CurrentLeader())
          wire.code(&snapshotID, tag: 2, unless: SnapshotID())
        }
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, in: 4...12)
      wire.code(&topicID, since: 13)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode, since: 7)
    wire.code(&sessionID, since: 7)
    wire.code(&topics)
    wire.tags { wire in
      wire.code(&nodeEndpoints, tag: 0, unless: [], since: 16)
    }
  }
}
