package import VarveBase

/// Appends batches to partitions.
///
/// Version 3 is the first with batches of format 2; 6 lets the broker answer before it throttles
/// (KIP-219); 7 allows zstd; 9 is flexible; 10 asks for current leaders (KIP-951); 11 knows
/// TRANSACTION_ABORTABLE (KIP-890); 12 adds partitions to the transaction by itself (KIP-890); 13
/// added `topicID` and dropped `name` (KIP-516).
package struct ProduceRequest: WireMessage, Equatable {
  package static let api = API(0, versions: 3...13, flexibleSince: 9)

  package var transactionalID: String?
  /// 0: no answer; 1: once appended; -1: once it counts as done.
  package var acks: Int16 = 0
  /// How long the broker may wait for what `acks` asks.
  package var timeoutMilliseconds: Int32 = 0
  package var topics: [Topic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      /// One batch. A part of the frame, not a copy, where the frame is a `ByteSlice`.
      package var records: ByteSlice?

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.records(&records)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, in: 3...12)
      wire.code(&topicID, since: 13)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactionalID)
    wire.code(&acks)
    wire.code(&timeoutMilliseconds)
    wire.code(&topics)
  }
}

/// What became of each partition's batch. There is none where `acks` was 0.
///
/// Version 5 added `logStartOffset`; 8 added `recordErrors`, `errorMessage` (KIP-467); 9 is
/// flexible; 10 added `nodeEndpoints`, `currentLeader` (KIP-951); 13 added `topicID` and dropped
/// `name` (KIP-516).
package struct ProduceResponse: WireMessage, Equatable {
  package static let api = API(0, versions: 3...13, flexibleSince: 9)

  package var topics: [Topic] = []
  package var throttleMilliseconds: Int32 = 0
  /// Of the brokers that `currentLeader` names.
  package var nodeEndpoints: [NodeEndpoint] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var baseOffset: Offset = 0
      /// The time of the log, or none where records keep their producer's.
      package var logAppendTime: Timestamp = -1
      package var logStartOffset: Offset = -1
      package var recordErrors: [RecordError] = []
      package var errorMessage: String?
      /// Where to go after NOT_LEADER_OR_FOLLOWER.
      package var currentLeader = CurrentLeader()

      package struct RecordError: WireStruct, Hashable, Sendable {
        /// The place of the record in its batch, from 0.
        package var batchIndex: Int32 = 0
        package var message: String?

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&batchIndex)
          wire.code(&message)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&baseOffset)
        wire.code(&logAppendTime)
        wire.code(&logStartOffset, since: 5)
        wire.code(&recordErrors, since: 8)
        wire.code(&errorMessage, since: 8)
        wire.tags { wire in
          wire.code(&currentLeader, tag: 0, unless: CurrentLeader(), since: 10)
        }
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name, in: 3...12)
      wire.code(&topicID, since: 13)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topics)
    wire.code(&throttleMilliseconds)
    wire.tags { wire in
      wire.code(&nodeEndpoints, tag: 0, unless: [], since: 10)
    }
  }
}
