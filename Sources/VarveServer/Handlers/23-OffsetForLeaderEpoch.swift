internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

// OffsetForLeaderEpoch: where the batches of a leader's epoch end, so that a consumer learns
// whether its position was cut off. Versions 2 to 4.
extension Handler {
  static let offsetForLeaderEpoch = Handler(answering: OffsetForLeaderEpochRequest.self) {
    request, context in
    var response = OffsetForLeaderEpochResponse()
    response.topics = request.topics.map { asked in
      var topic = OffsetForLeaderEpochResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitions.map { entry in
        var partition = OffsetForLeaderEpochResponse.Topic.Partition()
        partition.partitionIndex = entry.partitionIndex
        do throws(ErrorCode) {
          let served = try context.served(
            asked.name, entry.partitionIndex, epoch: entry.currentLeaderEpoch, for: .describe)
          (partition.leaderEpoch, partition.endOffset) =
            served.log.endOffset(ofLeaderEpoch: entry.leaderEpoch)
        } catch { partition.errorCode = error }
        return partition
      }
      return topic
    }
    return response
  }
}
