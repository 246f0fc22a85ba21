import VarveBase
import VarveProtocol

/// Kafka's table of operations: what each request needs. The numbers of types and operations are
/// those of `AccessControlEntry`.
enum AccessRows {
  typealias Row = AccessTests.Row

  static let all: [Row] =
    data + topics + configs + groups + shares + offsets + transactions + administration

  private static let topic: Int8 = 2
  private static let group: Int8 = 3
  private static let transactionalID: Int8 = 5

  private static func cluster(_ operation: Int8) -> [(Int8, String, Int8)] {
    [(4, "kafka-cluster", operation)]
  }

  static func orders(_ operation: Int8) -> [(Int8, String, Int8)] {
    [(topic, "orders", operation)]
  }

  static func readers(_ operation: Int8) -> [(Int8, String, Int8)] {
    [(group, "readers", operation)]
  }

  private static func writer(_ operation: Int8) -> [(Int8, String, Int8)] {
    [(transactionalID, "writer", operation)]
  }

  private static let data: [Row] = [
    Row(
      ProduceRequest.self, ProduceResponse.self, version: 9, orders(4), .topicAuthorizationFailed
    ) {
      $0 = ProduceRequest("orders", batch: try? batch(["a"]))
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      ProduceRequest.self, ProduceResponse.self, version: 9, writer(4) + orders(4),
      .transactionalIDAuthorizationFailed
    ) {
      $0 = ProduceRequest("orders", batch: try? batch(["a"]))
      $0.transactionalID = "writer"
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(FetchRequest.self, FetchResponse.self, version: 12, orders(3), .topicAuthorizationFailed) {
      $0 = FetchRequest("orders")
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      ListOffsetsRequest.self, ListOffsetsResponse.self, version: 7, orders(8),
      .topicAuthorizationFailed
    ) {
      var asked = ListOffsetsRequest.Topic()
      asked.name = "orders"
      asked.partitions = [.init()]
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      OffsetForLeaderEpochRequest.self, OffsetForLeaderEpochResponse.self, version: 4, orders(8),
      .topicAuthorizationFailed
    ) {
      var asked = OffsetForLeaderEpochRequest.Topic()
      asked.name = "orders"
      asked.partitions = [.init()]
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      DeleteRecordsRequest.self, DeleteRecordsResponse.self, version: 2, orders(6),
      .topicAuthorizationFailed
    ) {
      var asked = DeleteRecordsRequest.Topic()
      asked.name = "orders"
      asked.partitions = [.init()]
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      DescribeProducersRequest.self, DescribeProducersResponse.self, version: 0, orders(3),
      .topicAuthorizationFailed
    ) {
      var asked = DescribeProducersRequest.Topic()
      asked.name = "orders"
      asked.partitionIndexes = [0]
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
  ]

  private static func named(_ name: String) -> MetadataRequest.Topic {
    var topic = MetadataRequest.Topic()
    topic.name = name
    return topic
  }

  private static let topics: [Row] = [
    Row(
      MetadataRequest.self, MetadataResponse.self, version: 12, orders(8),
      .topicAuthorizationFailed
    ) {
      $0.topics = [named("orders")]
    } code: {
      $0.topics.first?.errorCode
    },
    Row(
      MetadataRequest.self, MetadataResponse.self, version: 12,
      [(topic, "fresh", 8), (topic, "fresh", 5)], .topicAuthorizationFailed
    ) {
      $0.topics = [named("fresh")]
      $0.allowsAutoTopicCreation = true
    } code: {
      $0.topics.first?.errorCode
    },
    Row(
      DescribeTopicPartitionsRequest.self, DescribeTopicPartitionsResponse.self, version: 0,
      orders(8), .topicAuthorizationFailed
    ) {
      var asked = DescribeTopicPartitionsRequest.Topic()
      asked.name = "orders"
      $0.topics = [asked]
    } code: {
      $0.topics.first?.errorCode
    },
    Row(
      CreateTopicsRequest.self, CreateTopicsResponse.self, version: 7, [(topic, "made", 5)],
      .topicAuthorizationFailed
    ) {
      var made = CreateTopicsRequest.Topic()
      (made.name, made.partitionCount, made.replicationFactor) = ("made", 1, 1)
      $0.topics = [made]
    } code: {
      $0.topics.first?.errorCode
    },
    Row(
      CreateTopicsRequest.self, CreateTopicsResponse.self, version: 7, cluster(5),
      .topicAuthorizationFailed
    ) {
      var made = CreateTopicsRequest.Topic()
      (made.name, made.partitionCount, made.replicationFactor) = ("made", 1, 1)
      $0.topics = [made]
    } code: {
      $0.topics.first?.errorCode
    },
    Row(
      DeleteTopicsRequest.self, DeleteTopicsResponse.self, version: 6, orders(6),
      .topicAuthorizationFailed
    ) {
      var asked = DeleteTopicsRequest.Topic()
      asked.name = "orders"
      $0.topics = [asked]
    } code: {
      $0.topics.first?.errorCode
    },
    Row(
      CreatePartitionsRequest.self, CreatePartitionsResponse.self, version: 3, orders(7),
      .topicAuthorizationFailed
    ) {
      var asked = CreatePartitionsRequest.Topic()
      (asked.name, asked.count) = ("orders", 2)
      $0.topics = [asked]
    } code: {
      $0.topics.first?.errorCode
    },
  ]

  private static let configs: [Row] = [
    Row(
      DescribeConfigsRequest.self, DescribeConfigsResponse.self, version: 4, orders(10),
      .topicAuthorizationFailed
    ) {
      var asked = DescribeConfigsRequest.Resource()
      (asked.type, asked.name) = (2, "orders")
      $0.resources = [asked]
    } code: {
      $0.resources.first?.errorCode
    },
    Row(
      DescribeConfigsRequest.self, DescribeConfigsResponse.self, version: 4, cluster(10),
      .clusterAuthorizationFailed
    ) {
      var asked = DescribeConfigsRequest.Resource()
      asked.type = 4
      $0.resources = [asked]
    } code: {
      $0.resources.first?.errorCode
    },
    Row(
      AlterConfigsRequest.self, AlterConfigsResponse.self, version: 2, orders(11),
      .topicAuthorizationFailed
    ) {
      var asked = AlterConfigsRequest.Resource()
      (asked.type, asked.name) = (2, "orders")
      $0.resources = [asked]
    } code: {
      $0.resources.first?.errorCode
    },
    Row(
      IncrementalAlterConfigsRequest.self, IncrementalAlterConfigsResponse.self, version: 1,
      orders(11), .topicAuthorizationFailed
    ) {
      var asked = IncrementalAlterConfigsRequest.Resource()
      (asked.type, asked.name) = (2, "orders")
      $0.resources = [asked]
    } code: {
      $0.resources.first?.errorCode
    },
    Row(
      IncrementalAlterConfigsRequest.self, IncrementalAlterConfigsResponse.self, version: 1,
      cluster(11), .clusterAuthorizationFailed
    ) {
      var asked = IncrementalAlterConfigsRequest.Resource()
      asked.type = 4
      $0.resources = [asked]
    } code: {
      $0.resources.first?.errorCode
    },
    Row(
      ListConfigResourcesRequest.self, ListConfigResourcesResponse.self, version: 1, cluster(10),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
  ]

  private static let groups: [Row] = [
    Row(
      FindCoordinatorRequest.self, FindCoordinatorResponse.self, version: 4, readers(8),
      .groupAuthorizationFailed
    ) {
      $0.coordinatorKeys = ["readers"]
    } code: {
      $0.coordinators.first?.errorCode
    },
    Row(
      FindCoordinatorRequest.self, FindCoordinatorResponse.self, version: 4, writer(8),
      .transactionalIDAuthorizationFailed
    ) {
      $0.keyType = 1
      $0.coordinatorKeys = ["writer"]
    } code: {
      $0.coordinators.first?.errorCode
    },
    Row(
      JoinGroupRequest.self, JoinGroupResponse.self, version: 9, readers(3),
      .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
    Row(
      HeartbeatRequest.self, HeartbeatResponse.self, version: 4, readers(3),
      .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
    Row(
      LeaveGroupRequest.self, LeaveGroupResponse.self, version: 5, readers(3),
      .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
    Row(
      SyncGroupRequest.self, SyncGroupResponse.self, version: 5, readers(3),
      .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
    Row(
      ConsumerGroupHeartbeatRequest.self, ConsumerGroupHeartbeatResponse.self, version: 1,
      readers(3) + orders(8), .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
      $0.subscribedTopicNames = ["orders"]
    } code: {
      $0.errorCode
    },
    Row(
      DescribeGroupsRequest.self, DescribeGroupsResponse.self, version: 5, readers(8),
      .groupAuthorizationFailed
    ) {
      $0.groups = ["readers"]
    } code: {
      $0.groups.first?.errorCode
    },
    Row(
      ConsumerGroupDescribeRequest.self, ConsumerGroupDescribeResponse.self, version: 0,
      readers(8), .groupAuthorizationFailed
    ) {
      $0.groupIDs = ["readers"]
    } code: {
      $0.groups.first?.errorCode
    },
    Row(
      DeleteGroupsRequest.self, DeleteGroupsResponse.self, version: 2, readers(6),
      .groupAuthorizationFailed
    ) {
      $0.groupsNames = ["readers"]
    } code: {
      $0.results.first?.errorCode
    },
  ]

  private static let offsets: [Row] = [
    Row(
      OffsetCommitRequest.self, OffsetCommitResponse.self, version: 8, readers(3) + orders(3),
      .groupAuthorizationFailed
    ) {
      var asked = OffsetCommitRequest.Topic()
      asked.name = "orders"
      asked.partitions = [.init()]
      $0.groupID = "readers"
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      OffsetFetchRequest.self, OffsetFetchResponse.self, version: 7, readers(8) + orders(8),
      .groupAuthorizationFailed
    ) {
      var asked = OffsetFetchRequest.Topic()
      asked.name = "orders"
      asked.partitionIndexes = [0]
      $0.groupID = "readers"
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      OffsetFetchRequest.self, OffsetFetchResponse.self, version: 9, readers(8),
      .groupAuthorizationFailed
    ) {
      var asked = OffsetFetchRequest.Group()
      asked.groupID = "readers"
      $0.groups = [asked]
    } code: {
      $0.groups.first?.errorCode
    },
    Row(
      OffsetDeleteRequest.self, OffsetDeleteResponse.self, version: 0, readers(6),
      .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
  ]

  private static let transactions: [Row] = [
    Row(
      InitProducerIdRequest.self, InitProducerIdResponse.self, version: 4, writer(4),
      .transactionalIDAuthorizationFailed
    ) {
      $0.transactionalID = "writer"
      $0.transactionTimeoutMilliseconds = 1_000
    } code: {
      $0.errorCode
    },
    Row(
      InitProducerIdRequest.self, InitProducerIdResponse.self, version: 4, cluster(12),
      .clusterAuthorizationFailed
    ) {
      $0.transactionalID = nil
    } code: {
      $0.errorCode
    },
    Row(
      InitProducerIdRequest.self, InitProducerIdResponse.self, version: 4, orders(4),
      .clusterAuthorizationFailed
    ) {
      $0.transactionalID = nil
    } code: {
      $0.errorCode
    },
    Row(
      AddPartitionsToTxnRequest.self, AddPartitionsToTxnResponse.self, version: 3,
      writer(4) + orders(4), .transactionalIDAuthorizationFailed
    ) {
      var asked = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
      asked.name = "orders"
      asked.partitions = [0]
      $0.v3AndBelowTransactionalID = "writer"
      $0.v3AndBelowTopics = [asked]
    } code: {
      $0.resultsByTopicV3AndBelow.first?.resultsByPartition.first?.partitionErrorCode
    },
    Row(
      AddPartitionsToTxnRequest.self, AddPartitionsToTxnResponse.self, version: 5, cluster(9),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      AddOffsetsToTxnRequest.self, AddOffsetsToTxnResponse.self, version: 3,
      writer(4) + readers(3), .transactionalIDAuthorizationFailed
    ) {
      $0.transactionalID = "writer"
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
    Row(
      EndTxnRequest.self, EndTxnResponse.self, version: 3, writer(4),
      .transactionalIDAuthorizationFailed
    ) {
      $0.transactionalID = "writer"
    } code: {
      $0.errorCode
    },
    Row(
      TxnOffsetCommitRequest.self, TxnOffsetCommitResponse.self, version: 3,
      writer(4) + readers(3) + orders(3), .transactionalIDAuthorizationFailed
    ) {
      var asked = TxnOffsetCommitRequest.Topic()
      asked.name = "orders"
      asked.partitions = [.init()]
      $0.transactionalID = "writer"
      $0.groupID = "readers"
      $0.topics = [asked]
    } code: {
      $0.topics.first?.partitions.first?.errorCode
    },
    Row(
      DescribeTransactionsRequest.self, DescribeTransactionsResponse.self, version: 0, writer(8),
      .transactionalIDAuthorizationFailed
    ) {
      $0.transactionalIDs = ["writer"]
    } code: {
      $0.transactionStates.first?.errorCode
    },
    Row(
      WriteTxnMarkersRequest.self, WriteTxnMarkersResponse.self, version: 1, cluster(9),
      .clusterAuthorizationFailed
    ) {
      var asked = WriteTxnMarkersRequest.Marker.Topic()
      asked.name = "orders"
      asked.partitionIndexes = [0]
      var marker = WriteTxnMarkersRequest.Marker()
      marker.topics = [asked]
      $0.markers = [marker]
    } code: {
      $0.markers.first?.topics.first?.partitions.first?.errorCode
    },
  ]

  private static let administration: [Row] = [
    Row(
      DescribeQuorumRequest.self, DescribeQuorumResponse.self, version: 1, cluster(8),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      DescribeLogDirsRequest.self, DescribeLogDirsResponse.self, version: 4, cluster(8),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      ElectLeadersRequest.self, ElectLeadersResponse.self, version: 2, cluster(7),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      AlterPartitionReassignmentsRequest.self, AlterPartitionReassignmentsResponse.self,
      version: 0, cluster(7), .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      ListPartitionReassignmentsRequest.self, ListPartitionReassignmentsResponse.self, version: 0,
      cluster(8), .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      DescribeClientQuotasRequest.self, DescribeClientQuotasResponse.self, version: 1,
      cluster(10), .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      AlterClientQuotasRequest.self, AlterClientQuotasResponse.self, version: 1, cluster(11),
      .clusterAuthorizationFailed
    ) {
      $0.entries = [.init()]
    } code: {
      $0.entries.first?.errorCode
    },
    Row(
      UpdateFeaturesRequest.self, UpdateFeaturesResponse.self, version: 2, cluster(7),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      DescribeUserScramCredentialsRequest.self, DescribeUserScramCredentialsResponse.self,
      version: 0, cluster(8), .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      AlterUserScramCredentialsRequest.self, AlterUserScramCredentialsResponse.self, version: 0,
      cluster(7), .clusterAuthorizationFailed
    ) {
      var deletion = AlterUserScramCredentialsRequest.Deletion()
      (deletion.name, deletion.mechanism) = ("nobody", 1)
      $0.deletions = [deletion]
    } code: {
      $0.results.first?.errorCode
    },
    Row(
      DescribeAclsRequest.self, DescribeAclsResponse.self, version: 3, cluster(8),
      .clusterAuthorizationFailed
    ) { _ in
    } code: {
      $0.errorCode
    },
    Row(
      CreateAclsRequest.self, CreateAclsResponse.self, version: 3, cluster(7),
      .clusterAuthorizationFailed
    ) {
      $0.creations = [AccessControlEntry()]
    } code: {
      $0.results.first?.errorCode
    },
    Row(
      DeleteAclsRequest.self, DeleteAclsResponse.self, version: 3, cluster(7),
      .clusterAuthorizationFailed
    ) {
      $0.filters = [AccessControlFilter()]
    } code: {
      $0.filterResults.first?.errorCode
    },
  ]
}
