package import VarveCoordination
package import VarveProtocol

/// What the public API needs of the coordinators of groups: those in this process, or those
/// behind Kafka's wire protocol.
///
/// The messages are those of the protocol. What a coordinator says of a whole request is thrown, so
/// that `errorCode` of a response that is returned is `none`; what it says of single partitions and
/// groups stands in the response.
package protocol GroupClient: Sendable {
  func heartbeat(
    _ request: ConsumerGroupHeartbeatRequest
  ) async throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse

  /// Suspends until the group may have changed since `version`, or the task is cancelled: then a
  /// heartbeat before its time brings the news. Where nobody can tell, it waits for the
  /// cancellation.
  func waitForChange(of group: String, after version: Int) async
  func version(of group: String) -> Int

  func commitOffsets(
    _ request: OffsetCommitRequest
  ) async throws(CoordinatorError) -> OffsetCommitResponse
  func fetchOffsets(
    _ request: OffsetFetchRequest
  ) async throws(CoordinatorError) -> OffsetFetchResponse
  func deleteOffsets(
    _ request: OffsetDeleteRequest
  ) async throws(CoordinatorError) -> OffsetDeleteResponse

  func list(_ request: ListGroupsRequest) async throws(CoordinatorError) -> ListGroupsResponse
  /// Groups of the protocol of KIP-848.
  func describe(
    _ request: ConsumerGroupDescribeRequest
  ) async throws(CoordinatorError) -> ConsumerGroupDescribeResponse
  /// Share groups (KIP-932).
  func describe(
    _ request: ShareGroupDescribeRequest
  ) async throws(CoordinatorError) -> ShareGroupDescribeResponse
  /// Groups of the classic protocol.
  func describe(
    _ request: DescribeGroupsRequest
  ) async throws(CoordinatorError) -> DescribeGroupsResponse
  func delete(_ request: DeleteGroupsRequest) async throws(CoordinatorError) -> DeleteGroupsResponse
}
