internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

// DeleteRecords: moves the start of partitions, each by itself. Versions 0 to 2.
//
// -1 stands for the end. Topics that are only compacted keep their records (POLICY_VIOLATION), as
// do the broker's own.
extension Handler {
  static let deleteRecords = Handler(blocking: DeleteRecordsRequest.self) { request, context in
    var response = DeleteRecordsResponse()
    response.topics = request.topics.map { asked in
      var topic = DeleteRecordsResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitions.map { entry in
        var partition = DeleteRecordsResponse.Topic.Partition()
        partition.partitionIndex = entry.partitionIndex
        do throws(ErrorCode) {
          partition.lowWatermark = try delete(asked.name, entry, context)
        } catch {
          partition.lowWatermark = -1
          partition.errorCode = error
        }
        return partition
      }
      return topic
    }
    return response
  }

  private static func delete(
    _ topic: String, _ entry: DeleteRecordsRequest.Topic.Partition,
    _ context: RequestContext
  ) throws(ErrorCode) -> Offset {
    let partition = try context.served(topic, entry.partitionIndex, for: .delete)
    guard !partition.id.topic.isInternal else { throw .invalidTopicException }
    guard partition.log.configuration.cleanupPolicy.contains(.delete) else {
      throw .policyViolation
    }
    let end = entry.offset == -1 ? partition.log.endOffset : entry.offset
    guard end >= 0 else { throw .offsetOutOfRange }
    do throws(BrokerError) {
      return try context.broker.deleteRecords(of: partition.id, before: end)
    } catch { throw ErrorCode(error) }
  }
}
