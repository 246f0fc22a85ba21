import VarveProtocol

/// The request and the response of an API.
struct APIMessages: Sendable {
  let request: any (WireMessage & Equatable).Type
  let response: any (WireMessage & Equatable).Type

  init(
    _ request: any (WireMessage & Equatable).Type, _ response: any (WireMessage & Equatable).Type
  ) {
    self.request = request
    self.response = response
  }

  var types: [any (WireMessage & Equatable).Type] { [request, response] }

  static let all = data + topics + groups + transactions

  static func of(key: Int16) -> APIMessages? { all.first { $0.request.api.key == key } }

  /// Records, and who has them.
  private static let data = [
    APIMessages(ProduceRequest.self, ProduceResponse.self),
    APIMessages(FetchRequest.self, FetchResponse.self),
    APIMessages(ListOffsetsRequest.self, ListOffsetsResponse.self),
    APIMessages(MetadataRequest.self, MetadataResponse.self),
    APIMessages(FindCoordinatorRequest.self, FindCoordinatorResponse.self),
    APIMessages(ApiVersionsRequest.self, ApiVersionsResponse.self),
  ]

  private static let topics = [
    APIMessages(CreateTopicsRequest.self, CreateTopicsResponse.self),
    APIMessages(DeleteTopicsRequest.self, DeleteTopicsResponse.self),
  ]

  private static let groups = [
    APIMessages(OffsetCommitRequest.self, OffsetCommitResponse.self),
    APIMessages(OffsetFetchRequest.self, OffsetFetchResponse.self),
    APIMessages(JoinGroupRequest.self, JoinGroupResponse.self),
    APIMessages(HeartbeatRequest.self, HeartbeatResponse.self),
    APIMessages(LeaveGroupRequest.self, LeaveGroupResponse.self),
    APIMessages(SyncGroupRequest.self, SyncGroupResponse.self),
    APIMessages(DescribeGroupsRequest.self, DescribeGroupsResponse.self),
    APIMessages(ListGroupsRequest.self, ListGroupsResponse.self),
    APIMessages(DeleteGroupsRequest.self, DeleteGroupsResponse.self),
    APIMessages(OffsetDeleteRequest.self, OffsetDeleteResponse.self),
    APIMessages(ConsumerGroupHeartbeatRequest.self, ConsumerGroupHeartbeatResponse.self),
    APIMessages(ConsumerGroupDescribeRequest.self, ConsumerGroupDescribeResponse.self),
  ]

  /// Producer ids and transactions.
  private static let transactions = [
    APIMessages(InitProducerIdRequest.self, InitProducerIdResponse.self),
    APIMessages(AddPartitionsToTxnRequest.self, AddPartitionsToTxnResponse.self),
    APIMessages(AddOffsetsToTxnRequest.self, AddOffsetsToTxnResponse.self),
    APIMessages(EndTxnRequest.self, EndTxnResponse.self),
    APIMessages(TxnOffsetCommitRequest.self, TxnOffsetCommitResponse.self),
    APIMessages(DescribeProducersRequest.self, DescribeProducersResponse.self),
    APIMessages(DescribeTransactionsRequest.self, DescribeTransactionsResponse.self),
    APIMessages(ListTransactionsRequest.self, ListTransactionsResponse.self),
  ]
}
