internal import VarveBase
package import VarveProtocol

/// A request that a client may ask, with what is answered to it.
package protocol Question: WireMessage {
  associatedtype Reply: WireMessage

  /// The versions in which the fields that clients fill say all that they are to say.
  static var askedVersions: ClosedRange<Int16> { get }

  /// Whether asking again does no harm where it is not known what became of it.
  static var isRepeatable: Bool { get }
}

extension Question {
  package static var askedVersions: ClosedRange<Int16> { api.versions }
  package static var isRepeatable: Bool { true }
}

extension MetadataRequest: Question {
  package typealias Reply = MetadataResponse
  /// The first with ids of topics.
  package static var askedVersions: ClosedRange<Int16> { 10...13 }
}

extension FindCoordinatorRequest: Question {
  package typealias Reply = FindCoordinatorResponse
  /// The first that is asked for several.
  package static var askedVersions: ClosedRange<Int16> { 4...6 }
}

// MARK: - Records

extension ProduceRequest: Question {
  package typealias Reply = ProduceResponse
  /// Only where batches are numbered, which the producer knows.
  package static var isRepeatable: Bool { false }
}

extension FetchRequest: Question {
  package typealias Reply = FetchResponse
}

extension ListOffsetsRequest: Question {
  package typealias Reply = ListOffsetsResponse
}

extension DeleteRecordsRequest: Question {
  package typealias Reply = DeleteRecordsResponse
}

extension DescribeLogDirsRequest: Question {
  package typealias Reply = DescribeLogDirsResponse
}

// MARK: - Topics

extension CreateTopicsRequest: Question {
  package typealias Reply = CreateTopicsResponse
  package static var isRepeatable: Bool { false }
}

extension DeleteTopicsRequest: Question {
  package typealias Reply = DeleteTopicsResponse
  package static var isRepeatable: Bool { false }
}

extension CreatePartitionsRequest: Question {
  package typealias Reply = CreatePartitionsResponse
  package static var isRepeatable: Bool { false }
}

extension DescribeConfigsRequest: Question {
  package typealias Reply = DescribeConfigsResponse
}

extension IncrementalAlterConfigsRequest: Question {
  package typealias Reply = IncrementalAlterConfigsResponse
}

// MARK: - Users

extension DescribeUserScramCredentialsRequest: Question {
  package typealias Reply = DescribeUserScramCredentialsResponse
}

extension AlterUserScramCredentialsRequest: Question {
  package typealias Reply = AlterUserScramCredentialsResponse
}
