/// The request and the response of an API.
package struct APIMessages: Sendable {
  package let request: any (WireMessage & Equatable).Type
  package let response: any (WireMessage & Equatable).Type

  private init(
    _ request: any (WireMessage & Equatable).Type, _ response: any (WireMessage & Equatable).Type
  ) {
    self.request = request
    self.response = response
  }

  /// Every API that we have messages of.
  package static let all =
    data + topics + configs + cluster + security + groups + shares + transactions

  /// Those with a key; nil for a key that we do not know.
  package static func of(key: Int16) -> APIMessages? { all.first { $0.request.api.key == key } }

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
    APIMessages(DeleteRecordsRequest.self, DeleteRecordsResponse.self),
    APIMessages(OffsetForLeaderEpochRequest.self, OffsetForLeaderEpochResponse.self),
    APIMessages(CreatePartitionsRequest.self, CreatePartitionsResponse.self),
    APIMessages(ElectLeadersRequest.self, ElectLeadersResponse.self),
    APIMessages(AlterPartitionReassignmentsRequest.self, AlterPartitionReassignmentsResponse.self),
    APIMessages(ListPartitionReassignmentsRequest.self, ListPartitionReassignmentsResponse.self),
    APIMessages(DescribeTopicPartitionsRequest.self, DescribeTopicPartitionsResponse.self),
  ]

  private static let configs = [
    APIMessages(DescribeConfigsRequest.self, DescribeConfigsResponse.self),
    APIMessages(AlterConfigsRequest.self, AlterConfigsResponse.self),
    APIMessages(IncrementalAlterConfigsRequest.self, IncrementalAlterConfigsResponse.self),
    APIMessages(ListConfigResourcesRequest.self, ListConfigResourcesResponse.self),
    APIMessages(DescribeClientQuotasRequest.self, DescribeClientQuotasResponse.self),
    APIMessages(AlterClientQuotasRequest.self, AlterClientQuotasResponse.self),
  ]

  private static let cluster = [
    APIMessages(DescribeClusterRequest.self, DescribeClusterResponse.self),
    APIMessages(DescribeLogDirsRequest.self, DescribeLogDirsResponse.self),
    APIMessages(DescribeQuorumRequest.self, DescribeQuorumResponse.self),
    APIMessages(UpdateFeaturesRequest.self, UpdateFeaturesResponse.self),
    APIMessages(GetTelemetrySubscriptionsRequest.self, GetTelemetrySubscriptionsResponse.self),
    APIMessages(PushTelemetryRequest.self, PushTelemetryResponse.self),
  ]

  private static let security = [
    APIMessages(SaslHandshakeRequest.self, SaslHandshakeResponse.self),
    APIMessages(SaslAuthenticateRequest.self, SaslAuthenticateResponse.self),
    APIMessages(DescribeAclsRequest.self, DescribeAclsResponse.self),
    APIMessages(CreateAclsRequest.self, CreateAclsResponse.self),
    APIMessages(DeleteAclsRequest.self, DeleteAclsResponse.self),
    APIMessages(
      DescribeUserScramCredentialsRequest.self, DescribeUserScramCredentialsResponse.self),
    APIMessages(AlterUserScramCredentialsRequest.self, AlterUserScramCredentialsResponse.self),
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

  /// Share groups.
  private static let shares = [
    APIMessages(ShareGroupHeartbeatRequest.self, ShareGroupHeartbeatResponse.self),
    APIMessages(ShareGroupDescribeRequest.self, ShareGroupDescribeResponse.self),
    APIMessages(ShareFetchRequest.self, ShareFetchResponse.self),
    APIMessages(ShareAcknowledgeRequest.self, ShareAcknowledgeResponse.self),
    APIMessages(DescribeShareGroupOffsetsRequest.self, DescribeShareGroupOffsetsResponse.self),
    APIMessages(AlterShareGroupOffsetsRequest.self, AlterShareGroupOffsetsResponse.self),
    APIMessages(DeleteShareGroupOffsetsRequest.self, DeleteShareGroupOffsetsResponse.self),
  ]

  /// Producer ids and transactions.
  private static let transactions = [
    APIMessages(InitProducerIdRequest.self, InitProducerIdResponse.self),
    APIMessages(AddPartitionsToTxnRequest.self, AddPartitionsToTxnResponse.self),
    APIMessages(AddOffsetsToTxnRequest.self, AddOffsetsToTxnResponse.self),
    APIMessages(EndTxnRequest.self, EndTxnResponse.self),
    APIMessages(WriteTxnMarkersRequest.self, WriteTxnMarkersResponse.self),
    APIMessages(TxnOffsetCommitRequest.self, TxnOffsetCommitResponse.self),
    APIMessages(DescribeProducersRequest.self, DescribeProducersResponse.self),
    APIMessages(DescribeTransactionsRequest.self, DescribeTransactionsResponse.self),
    APIMessages(ListTransactionsRequest.self, ListTransactionsResponse.self),
  ]
}
