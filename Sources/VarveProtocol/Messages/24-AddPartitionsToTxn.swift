package import VarveBase

/// Puts partitions into transactions, or asks whether they are in them.
///
/// Version 3 is flexible; 4 added `transactions` and dropped `v3AndBelowTransactionalID`,
/// `v3AndBelowProducerID`, `v3AndBelowProducerEpoch`, `v3AndBelowTopics`.
package struct AddPartitionsToTxnRequest: WireMessage, Equatable {
  package static let api = API(24, versions: 0...5, flexibleSince: 3)

  package var transactions: [Transaction] = []
  package var v3AndBelowTransactionalID = ""
  package var v3AndBelowProducerID: Int64 = 0
  package var v3AndBelowProducerEpoch: Int16 = 0
  package var v3AndBelowTopics: [AddPartitionsToTxnTopic] = []

  package struct Transaction: WireStruct, Hashable, Sendable {
    package var transactionalID = ""
    package var producerID: Int64 = 0
    package var producerEpoch: Int16 = 0
    package var verifiesOnly = false
    package var topics: [AddPartitionsToTxnTopic] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&transactionalID)
      wire.code(&producerID)
      wire.code(&producerEpoch)
      wire.code(&verifiesOnly)
      wire.code(&topics)
    }
  }

  package struct AddPartitionsToTxnTopic: WireStruct, Hashable, Sendable {
    package var name = ""
    package var partitions: [Int32] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&partitions)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&transactions, since: 4)
    wire.code(&v3AndBelowTransactionalID, in: 0...3)
    wire.code(&v3AndBelowProducerID, in: 0...3)
    wire.code(&v3AndBelowProducerEpoch, in: 0...3)
    wire.code(&v3AndBelowTopics, in: 0...3)
  }
}

/// What became of each partition.
///
/// Version 3 is flexible; 4 added `errorCode`, `resultsByTransaction` and dropped
/// `resultsByTopicV3AndBelow`.
package struct AddPartitionsToTxnResponse: WireMessage, Equatable {
  package static let api = API(24, versions: 0...5, flexibleSince: 3)

  package var throttleMilliseconds: Int32 = 0
  package var errorCode = ErrorCode.none
  package var resultsByTransaction: [ResultsByTransaction] = []
  package var resultsByTopicV3AndBelow: [AddPartitionsToTxnTopicResult] = []

  package struct ResultsByTransaction: WireStruct, Hashable, Sendable {
    package var transactionalID = ""
    package var topicResults: [AddPartitionsToTxnTopicResult] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&transactionalID)
      wire.code(&topicResults)
    }
  }

  package struct AddPartitionsToTxnTopicResult: WireStruct, Hashable, Sendable {
    package var name = ""
    package var resultsByPartition: [AddPartitionsToTxnPartitionResult] = []

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&name)
      wire.code(&resultsByPartition)
    }
  }

  package struct AddPartitionsToTxnPartitionResult: WireStruct, Hashable, Sendable {
    package var partitionIndex: Int32 = 0
    package var partitionErrorCode = ErrorCode.none

    package init() {}
    package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&partitionIndex)
      wire.code(&partitionErrorCode)
    }
  }

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&throttleMilliseconds)
    wire.code(&errorCode, since: 4)
    wire.code(&resultsByTransaction, since: 4)
    wire.code(&resultsByTopicV3AndBelow, in: 0...3)
  }
}
