package import VarveBase

/// Acquires records from partitions for a member of a share group, and acknowledges earlier ones
/// (KIP-932).
///
/// A session remembers the partitions: a request names only those that are new to it, those with
/// acknowledgements, and those to forget.
///
/// Version 2 added `shareAcquireMode` (KIP-1206) and `isRenewAcknowledgement` (KIP-1222).
package struct ShareFetchRequest: WireMessage, Equatable {
  package static let api = API(78, versions: 1...2, flexibleSince: 0)

  package var groupID: String?
  package var memberID: String?
  /// 0 begins a session, -1 ends it; else one more than in the last request.
  package var shareSessionEpoch: Int32 = 0
  /// How long the broker may wait for `minBytes`.
  package var maxWaitMilliseconds: Int32 = 0
  package var minBytes: Int32 = 0
  /// Of all partitions together.
  package var maxBytes = Int32.max
  /// How many records may be acquired; more to keep batches whole, unless `shareAcquireMode`
  /// forbids it.
  package var maxRecords: Int32 = 0
  /// How many records a range of acquired ones should have at most.
  package var batchSize: Int32 = 0
  /// 0 goes to the end of a batch, 1 keeps to `maxRecords`.
  package var shareAcquireMode: Int8 = 0
  /// Says that acknowledgements renew locks; then nothing is fetched.
  package var isRenewAcknowledgement = false
  package var topics: [Topic] = []
  package var forgottenTopics: [ForgottenTopic] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var acknowledgementBatches: [ShareAcknowledgementBatch] = []

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&acknowledgementBatches)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&partitions)
    }
  }

  package struct ForgottenTopic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&memberID)
    wire.code(&shareSessionEpoch)
    wire.code(&maxWaitMilliseconds)
    wire.code(&minBytes)
    wire.code(&maxBytes)
    wire.code(&maxRecords)
    wire.code(&batchSize)
    wire.code(&shareAcquireMode, since: 2)
    wire.code(&isRenewAcknowledgement, since: 2)
    wire.code(&topics)
    wire.code(&forgottenTopics)
  }
}

/// Batches, which of their records were acquired, and what became of acknowledgements.
package struct ShareFetchResponse: WireMessage, Equatable {
  package static let api = API(78, versions: 1...2, flexibleSince: 0)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var errorMessage: String?
  /// How long acquired records stay locked.
  package var acquisitionLockTimeoutMilliseconds: Int32 = 0
  package var topics: [Topic] = []
  /// Of the brokers that `currentLeader` names.
  package var nodeEndpoints: [NodeEndpoint] = []

  package struct Topic: WireStruct, Hashable, Sendable {
    package var topicID = TopicID.zero
    package var partitions: [Partition] = []

    package struct Partition: WireStruct, Hashable, Sendable {
      package var partitionIndex: Int32 = 0
      package var errorCode = ErrorCode.none
      package var errorMessage: String?
      /// Of the acknowledgements in the request.
      package var acknowledgeErrorCode = ErrorCode.none
      package var acknowledgeErrorMessage: String?
      package var currentLeader = ShareLeader()
      /// Whole batches: of their records only `acquiredRecords` are the member's.
      /// ``WireMessage/gatheredResponseFrame(version:correlationID:errors:)`` does not copy them.
      package var records = ByteSlice()
      package var acquiredRecords: [AcquiredRecords] = []

      package struct AcquiredRecords: WireStruct, Hashable, Sendable {
        package var firstOffset: Offset = 0
        package var lastOffset: Offset = 0
        /// How often they were delivered, this time included.
        package var deliveryCount: Int16 = 0

        package init() {}
        package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
          wire.code(&firstOffset)
          wire.code(&lastOffset)
          wire.code(&deliveryCount)
        }
      }

      package init() {}
      package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
        wire.code(&partitionIndex)
        wire.code(&errorCode)
        wire.code(&errorMessage)
        wire.code(&acknowledgeErrorCode)
        wire.code(&acknowledgeErrorMessage)
        wire.code(&currentLeader)
        wire.records(&records)
        wire.code(&acquiredRecords)
      }
    }

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&topicID)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode)
    wire.code(&errorMessage)
    wire.code(&acquisitionLockTimeoutMilliseconds)
    wire.code(&topics)
    wire.code(&nodeEndpoints)
  }
}
