internal import VarveBase
package import VarveProtocol

// Groups.

extension ConsumerGroupHeartbeatRequest: Question {
  package typealias Reply = ConsumerGroupHeartbeatResponse
}

extension OffsetCommitRequest: Question {
  package typealias Reply = OffsetCommitResponse
  /// The last with names of topics is 9.
  package static var askedVersions: ClosedRange<Int16> { 7...9 }
}

extension OffsetFetchRequest: Question {
  package typealias Reply = OffsetFetchResponse
  /// Those of several groups, with names of topics.
  package static var askedVersions: ClosedRange<Int16> { 8...9 }
}

extension ListGroupsRequest: Question {
  package typealias Reply = ListGroupsResponse
}

extension ConsumerGroupDescribeRequest: Question {
  package typealias Reply = ConsumerGroupDescribeResponse
}

extension ShareGroupDescribeRequest: Question {
  package typealias Reply = ShareGroupDescribeResponse
}

extension DescribeGroupsRequest: Question {
  package typealias Reply = DescribeGroupsResponse
}

extension DeleteGroupsRequest: Question {
  package typealias Reply = DeleteGroupsResponse
  package static var isRepeatable: Bool { false }
}

extension OffsetDeleteRequest: Question {
  package typealias Reply = OffsetDeleteResponse
}

// Share groups (KIP-932).

extension ShareGroupHeartbeatRequest: Question {
  package typealias Reply = ShareGroupHeartbeatResponse
}

extension ShareFetchRequest: Question {
  package typealias Reply = ShareFetchResponse
}

extension ShareAcknowledgeRequest: Question {
  package typealias Reply = ShareAcknowledgeResponse
}

extension AlterShareGroupOffsetsRequest: Question {
  package typealias Reply = AlterShareGroupOffsetsResponse
}

extension DescribeShareGroupOffsetsRequest: Question {
  package typealias Reply = DescribeShareGroupOffsetsResponse
}

// Transactions, as KIP-890 has them.

extension InitProducerIdRequest: Question {
  package typealias Reply = InitProducerIdResponse
  package static var askedVersions: ClosedRange<Int16> { 3...5 }
}

extension TxnOffsetCommitRequest: Question {
  package typealias Reply = TxnOffsetCommitResponse
  /// The first that puts the group into the transaction by itself.
  package static var askedVersions: ClosedRange<Int16> { 5...5 }
}

extension EndTxnRequest: Question {
  package typealias Reply = EndTxnResponse
  /// The first that gives the producer another epoch.
  package static var askedVersions: ClosedRange<Int16> { 5...5 }
}

extension ListTransactionsRequest: Question {
  package typealias Reply = ListTransactionsResponse
}

extension DescribeTransactionsRequest: Question {
  package typealias Reply = DescribeTransactionsResponse
}
