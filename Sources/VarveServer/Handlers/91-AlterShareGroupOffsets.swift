internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// AlterShareGroupOffsets: sets where a share group without members goes on (KIP-932). Version 0.
extension Handler {
  static let alterShareGroupOffsets = Handler(
    coordinated: AlterShareGroupOffsetsRequest.self,
    refused: { (response: inout AlterShareGroupOffsetsResponse, error, _) in
      response.errorMessage = error.message
    },
    { request, context async throws(CoordinatorError) in
      try context.access.require(.read, group: request.groupID)
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
}

extension AlterShareGroupOffsetsResponse: Refusable {}
