internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// WriteTxnMarkers: ends transactions that hang in partitions, as an administrator asks (KIP-664).
// Versions 1 to 2.
//
// Only aborts: a commit is the coordinator's alone to write, which is in this broker and does not
// ask over the wire.
extension Handler {
  static let writeTxnMarkers = Handler(awaiting: WriteTxnMarkersRequest.self) { request, context in
    var response = WriteTxnMarkersResponse()
    for marker in request.markers {
      var answer = WriteTxnMarkersResponse.Marker()
      answer.producerID = marker.producerID
      for asked in marker.topics {
        var topic = WriteTxnMarkersResponse.Marker.Topic()
        topic.name = asked.name
        for index in asked.partitionIndexes {
          var partition = WriteTxnMarkersResponse.Marker.Topic.Partition()
          partition.partitionIndex = index
          partition.errorCode = await write(marker, asked.name, index, context)
          topic.partitions.append(partition)
        }
        answer.topics.append(topic)
      }
      response.markers.append(answer)
    }
    return response
  }

  private static func write(
    _ marker: WriteTxnMarkersRequest.Marker, _ topic: String, _ index: Int32,
    _ context: RequestContext
  ) async -> ErrorCode {
    guard context.access.allowsCluster(.clusterAction) || context.access.allowsCluster(.alter)
    else {
      return .clusterAuthorizationFailed
    }
    guard !marker.isCommit else { return .invalidRequest }
    guard let name = try? TopicName(topic) else { return .unknownTopicOrPartition }
    do throws(CoordinatorError) {
      try await context.broker.abortHangingTransaction(
        in: TopicPartition(topic: name, partition: index), producerID: marker.producerID,
        producerEpoch: marker.producerEpoch, coordinatorEpoch: marker.coordinatorEpoch)
      return .none
    } catch { return error.code }
  }
}
