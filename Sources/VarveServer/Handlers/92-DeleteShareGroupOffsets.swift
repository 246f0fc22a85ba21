internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// DeleteShareGroupOffsets: forgets what a share group without members has of topics (KIP-932).
// Version 0.
extension Handler {
  static let deleteShareGroupOffsets = Handler(
    coordinated: DeleteShareGroupOffsetsRequest.self,
    refused: { (response: inout DeleteShareGroupOffsetsResponse, error, _) in
      response.errorMessage = error.message
    },
    { request, context async throws(CoordinatorError) in
      try context.access.require(.delete, group: request.groupID)
      try await context.broker.shares.requireNoMembers(request.groupID)
      var response = DeleteShareGroupOffsetsResponse()
      for asked in request.topics {
        var topic = DeleteShareGroupOffsetsResponse.Topic()
        topic.name = asked.name
        do throws(ErrorCode) {
          let partitions = try partitions(of: asked.name, context)
          topic.topicID = partitions.first?.topicID ?? .zero
          do throws(CoordinatorError) {
            for partition in partitions {
              try await context.broker.shares.forget(request.groupID, partition)
            }
          } catch {
            topic.errorMessage = error.message
            throw error.code
          }
        } catch { topic.errorCode = error }
        response.topics.append(topic)
      }
      return response
    })

  private static func partitions(
    of topic: String, _ context: RequestContext
  ) throws(ErrorCode) -> [Partition] {
    guard context.access.allows(.read, topic: topic) else { throw .topicAuthorizationFailed }
    guard let name = try? TopicName(topic) else { throw .unknownTopicOrPartition }
    do throws(BrokerError) { return try context.broker.partitions(of: name) } catch {
      throw ErrorCode(error)
    }
  }
}

extension DeleteShareGroupOffsetsResponse: Refusable {}
