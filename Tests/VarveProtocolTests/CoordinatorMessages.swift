import VarveProtocol

/// The messages of groups and their offsets.
enum GroupMessages {
  static let all: [any (WireMessage & Equatable).Type] = [
    OffsetCommitRequest.self, OffsetCommitResponse.self,
    OffsetFetchRequest.self, OffsetFetchResponse.self,
    JoinGroupRequest.self, JoinGroupResponse.self,
    HeartbeatRequest.self, HeartbeatResponse.self,
    LeaveGroupRequest.self, LeaveGroupResponse.self,
    SyncGroupRequest.self, SyncGroupResponse.self,
    DescribeGroupsRequest.self, DescribeGroupsResponse.self,
    ListGroupsRequest.self, ListGroupsResponse.self,
    DeleteGroupsRequest.self, DeleteGroupsResponse.self,
    OffsetDeleteRequest.self, OffsetDeleteResponse.self,
    ConsumerGroupHeartbeatRequest.self, ConsumerGroupHeartbeatResponse.self,
    ConsumerGroupDescribeRequest.self, ConsumerGroupDescribeResponse.self,
  ]
}

/// The messages of producer ids and transactions.
enum TransactionMessages {
  static let all: [any (WireMessage & Equatable).Type] = [
    InitProducerIdRequest.self, InitProducerIdResponse.self,
    AddPartitionsToTxnRequest.self, AddPartitionsToTxnResponse.self,
    AddOffsetsToTxnRequest.self, AddOffsetsToTxnResponse.self,
    EndTxnRequest.self, EndTxnResponse.self,
    TxnOffsetCommitRequest.self, TxnOffsetCommitResponse.self,
    DescribeProducersRequest.self, DescribeProducersResponse.self,
    DescribeTransactionsRequest.self, DescribeTransactionsResponse.self,
    ListTransactionsRequest.self, ListTransactionsResponse.self,
  ]
}
