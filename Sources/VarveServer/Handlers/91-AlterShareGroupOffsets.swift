internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// AlterShareGroupOffsets: sets where a share group without members goes on (KIP-932), or, where a
// tagged field of Varve's own names a token, wakes what the group has parked under it. Version 0.
extension Handler {
  static let alterShareGroupOffsets = Handler(
    coordinated: AlterShareGroupOffsetsRequest.self,
    refused: { (response: inout AlterShareGroupOffsetsResponse, error, _) in
      response.errorMessage = error.message
    },
    { request, context async throws(CoordinatorError) in
      try context.access.require(.read, group: request.groupID)
      guard request.token.isEmpty else { return try await unpark(request, context) }
      try await context.broker.shares.requireNoMembers(request.groupID)
      var response = AlterShareGroupOffsetsResponse()
      for asked in request.topics {
        var topic = AlterShareGroupOffsetsResponse.Topic()
        topic.name = asked.name
        for partition in asked.partitions {
          var answer = AlterShareGroupOffsetsResponse.Topic.Partition()
          answer.partitionIndex = partition.partitionIndex
          do throws(ErrorCode) {
            let served = try context.served(asked.name, partition.partitionIndex, for: .read)
            topic.topicID = served.topicID
            do throws(CoordinatorError) {
              try await context.broker.shares.setStart(
                of: request.groupID, served, to: partition.startOffset)
            } catch {
              answer.errorMessage = error.message
              throw error.code
            }
          } catch { answer.errorCode = error }
          topic.partitions.append(answer)
        }
        response.topics.append(topic)
      }
      return response
    })

  private static func unpark(
    _ request: AlterShareGroupOffsetsRequest, _ context: RequestContext
  ) async throws(CoordinatorError) -> AlterShareGroupOffsetsResponse {
    guard request.topics.isEmpty else {
      throw CoordinatorError(
        .invalidRequest, "a token is named, and offsets are set: one at a time")
    }
    var response = AlterShareGroupOffsetsResponse()
    response.wokenCount = Int64(
      try await context.broker.shares.unpark(request.token, of: request.groupID) {
        context.access.allows(.read, topic: $0)
      })
    return response
  }
}

extension AlterShareGroupOffsetsResponse: Refusable {}
