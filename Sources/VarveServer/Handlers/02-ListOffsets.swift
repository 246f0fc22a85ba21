internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

// ListOffsets: the offsets of times, and of special places. Versions 1 to 11.
//
// -1 is the end, or the last stable offset for who reads committed records; -2 and -4 the start,
// since all is on this disk; -3 the record with the largest timestamp; -5 and -6 speak of tiered
// storage, where nothing is.
extension Handler {
  static let listOffsets = Handler(blocking: ListOffsetsRequest.self) { request, context in
    var response = ListOffsetsResponse()
    response.topics = request.topics.map { topic in
      var answer = ListOffsetsResponse.Topic()
      answer.name = topic.name
      answer.partitions = topic.partitions.map { asked in
        var partition = ListOffsetsResponse.Topic.Partition()
        partition.partitionIndex = asked.partitionIndex
        do throws(ErrorCode) {
          let search = try OffsetSearch(
            topic.name, asked, isolationLevel: request.isolationLevel, context)
          try search.fill(&partition)
        } catch { partition.errorCode = error }
        return partition
      }
      return answer
    }
    return response
  }
}

/// What one partition is asked for.
private struct OffsetSearch {
  let asked: ListOffsetsRequest.Topic.Partition
  let log: PartitionLog
  let epoch: Int32
  /// Up to where the client may see records.
  let bound: Offset

  init(
    _ topic: String, _ asked: ListOffsetsRequest.Topic.Partition, isolationLevel: Int8,
    _ context: RequestContext
  ) throws(ErrorCode) {
    let partition = try context.served(
      topic, asked.partitionIndex, epoch: asked.currentLeaderEpoch, for: .describe)
    self.asked = asked
    log = partition.log
    epoch = context.broker.leaderEpoch(of: partition.id)
    bound = isolationLevel == 1 ? log.lastStableOffset : log.endOffset
  }

  func fill(_ answer: inout ListOffsetsResponse.Topic.Partition) throws(ErrorCode) {
    switch asked.timestamp {
    case -1: (answer.offset, answer.leaderEpoch) = (bound, epoch)
    case -2, -4: (answer.offset, answer.leaderEpoch) = (log.startOffset, epoch)
    case -3: fill(&answer, try search { () throws(LogError) in try log.newestRecord() })
    case -5, -6: answer.leaderEpoch = epoch
    case 0...:
      let target = Timestamp(asked.timestamp)
      fill(
        &answer,
        try search { () throws(LogError) in
          try log.firstRecord(stampedAtOrAfter: target)
        })
    default: throw .unsupportedVersion
    }
  }

  private func search(
    _ body: () throws(LogError) -> TimestampedOffset?
  ) throws(ErrorCode) -> TimestampedOffset? {
    do throws(LogError) { return try body() } catch { throw ErrorCode(error) }
  }

  /// What lies beyond the bound is as if it were not there yet.
  private func fill(
    _ answer: inout ListOffsetsResponse.Topic.Partition, _ found: TimestampedOffset?
  ) {
    guard let found, found.offset < bound else { return }
    answer.timestamp = found.timestamp
    answer.offset = found.offset
    answer.leaderEpoch = found.leaderEpoch
  }
}
