internal import VarveBase
package import VarveCoordination
package import VarveProtocol

extension ShareClient {
  /// Answers what a member says of its records.
  package func acknowledge(
    _ request: ShareAcknowledgeRequest
  ) async throws(CoordinatorError) -> ShareAcknowledgeResponse {
    let ended: [ShareSessions.Target]
    do throws(ErrorCode) {
      ended = try sessions.acknowledge(key, epoch: request.shareSessionEpoch)
    } catch {
      throw CoordinatorError(error, "the share session of '\(key.member)' does not go on like this")
    }
    var response = ShareAcknowledgeResponse()
    response.acquisitionLockTimeoutMilliseconds = shares.lockDuration(of: key.group)
    for asked in request.topics {
      var topic = ShareAcknowledgeResponse.Topic()
      topic.topicID = asked.topicID
      for partition in asked.partitions {
        let outcome = await acknowledge(
          partition.acknowledgementBatches,
          ShareSessions.Target(topicID: asked.topicID, partition: partition.partitionIndex))
        var answer = ShareAcknowledgeResponse.Topic.Partition()
        answer.partitionIndex = partition.partitionIndex
        answer.errorCode = outcome.code
        answer.errorMessage = outcome.message
        topic.partitions.append(answer)
      }
      response.topics.append(topic)
    }
    await shares.release(ended, of: key)
    return response
  }
}
