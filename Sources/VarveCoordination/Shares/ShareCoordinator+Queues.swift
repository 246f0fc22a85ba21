/// What Varve's queues have beyond Kafka's share groups.
extension ShareCoordinator {
  /// Wakes the records of a partition that are parked under a token. Replies how many they were: 0
  /// where nothing is, or not yet.
  package mutating func unpark(
    _ token: String, of key: SharePartitionKey, _ settings: ShareSettings, at now: Moment
  ) -> ShareDecision<Int> {
    guard partitions[key] != nil else { return ShareDecision(0) }
    return change(key, settings, at: now) { partition, changes, letters in
      partition.unpark(token, at: now, into: &changes, &letters)
    }
  }

  /// Looks for the message that the record at an offset is a copy of. `log` is what can be read of
  /// it: what lies beyond is not looked at.
  package mutating func first(
    ofCopyAt offset: Int64, in key: SharePartitionKey, log: Range<Int64>,
    _ settings: ShareSettings, at now: Moment
  ) -> ShareDecision<CopySearch> {
    guard let queue = settings.queue, queue.deduplicationWindow > 0 else {
      return ShareDecision(.found(nil))
    }
    guard partitions[key] != nil else { return ShareDecision(.needs(.unknown)) }
    return change(key, settings, at: now) { partition, _, _ in
      if let recall = partition.neededRecall { return .needs(recall) }
      partition.trim(to: log.lowerBound)
      if offset >= partition.scanEnd, partition.scanEnd < log.upperBound {
        return .needs(.scan(from: partition.scanEnd))
      }
      return .found(partition.copies[offset])
    }
  }
}
