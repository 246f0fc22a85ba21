import VarveBase
import VarveProtocol

extension AccessRows {
  /// Share groups (KIP-932).
  static let shares: [Row] = [
    Row(
      ShareGroupHeartbeatRequest.self, ShareGroupHeartbeatResponse.self, version: 1,
      readers(3) + orders(8), .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
      $0.memberID = "m"
      $0.subscribedTopicNames = ["orders"]
    } code: {
      $0.errorCode
    },
    Row(
      ShareGroupDescribeRequest.self, ShareGroupDescribeResponse.self, version: 1,
      readers(8), .groupAuthorizationFailed
    ) {
      $0.groupIDs = ["readers"]
    } code: {
      $0.groups.first?.errorCode
    },
    Row(
      ShareFetchRequest.self, ShareFetchResponse.self, version: 1, readers(3),
      .groupAuthorizationFailed
    ) {
      ($0.groupID, $0.memberID) = ("readers", "m")
    } code: {
      $0.errorCode
    },
    Row(
      ShareAcknowledgeRequest.self, ShareAcknowledgeResponse.self, version: 1, readers(3),
      .groupAuthorizationFailed
    ) {
      ($0.groupID, $0.memberID) = ("readers", "m")
    } code: {
      $0.errorCode
    },
    Row(
      DescribeShareGroupOffsetsRequest.self, DescribeShareGroupOffsetsResponse.self, version: 0,
      readers(8), .groupAuthorizationFailed
    ) {
      var asked = DescribeShareGroupOffsetsRequest.Group()
      asked.groupID = "readers"
      $0.groups = [asked]
    } code: {
      $0.groups.first?.errorCode
    },
    Row(
      AlterShareGroupOffsetsRequest.self, AlterShareGroupOffsetsResponse.self, version: 0,
      readers(3), .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
    Row(
      DeleteShareGroupOffsetsRequest.self, DeleteShareGroupOffsetsResponse.self, version: 0,
      readers(6), .groupAuthorizationFailed
    ) {
      $0.groupID = "readers"
    } code: {
      $0.errorCode
    },
  ]
}
