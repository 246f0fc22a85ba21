package import VarveBase
package import VarveProtocol

/// Where a group is to go on, and what that means for its partitions: a plan, which is shown as a
/// dry run or committed.
package enum OffsetReset: Equatable, Sendable {
  case earliest
  case latest
  /// The first record of that time or later; the end where there is none.
  case timestamp(Timestamp)
  /// So many records forwards, or back where negative, from where the group is.
  case shift(Int64)
  case offset(Offset)

  /// What is known of a partition.
  package struct Place: Equatable, Sendable {
    package let topic: String
    package let partition: Int32
    package let committed: Offset?
    package let start: Offset
    package let end: Offset
    /// The first offset of the time asked for or later; nil where there is none.
    package let timed: Offset?

    package init(
      topic: String, partition: Int32, committed: Offset?, start: Offset, end: Offset,
      timed: Offset? = nil
    ) {
      self.topic = topic
      self.partition = partition
      self.committed = committed
      self.start = start
      self.end = end
      self.timed = timed
    }
  }

  /// A partition's move.
  package struct Step: Equatable, Sendable {
    package let topic: String
    package let partition: Int32
    package let from: Offset?
    package let to: Offset
    /// What was asked for, where the log does not have it and the nearest offset is taken.
    package let asked: Offset?
  }

  /// The moves, in the order of topics and partitions.
  ///
  /// Offsets that the log does not have become the nearest that it has. Throws `INVALID_REQUEST`
  /// for a shift of a partition in which the group has committed nothing.
  package func plan(_ places: [Place]) throws(CoordinatorError) -> [Step] {
    var steps: [Step] = []
    for place in places.sorted(by: { ($0.topic, $0.partition) < ($1.topic, $1.partition) }) {
      let asked = try target(in: place)
      let to = min(max(asked, place.start), place.end)
      steps.append(
        Step(
          topic: place.topic, partition: place.partition, from: place.committed, to: to,
          asked: to == asked ? nil : asked))
    }
    return steps
  }

  private func target(in place: Place) throws(CoordinatorError) -> Offset {
    switch self {
    case .earliest: return place.start
    case .latest: return place.end
    case .timestamp: return place.timed ?? place.end
    case .offset(let offset): return offset
    case .shift(let distance):
      guard let committed = place.committed else {
        throw CoordinatorError(
          .invalidRequest,
          "the group has committed nothing for \(place.topic)-\(place.partition) that could be "
            + "shifted; reset it to an offset, a time, earliest or latest")
      }
      let (sum, overflow) = committed.rawValue.addingReportingOverflow(distance)
      return overflow ? (distance < 0 ? 0 : Offset(Int64.max)) : Offset(sum)
    }
  }

  /// The request that carries a plan out. It is refused while the group has members.
  package static func commit(_ steps: [Step], group: String) -> OffsetCommitRequest {
    var request = OffsetCommitRequest()
    request.groupID = group
    for step in steps {
      if request.topics.last?.name != step.topic {
        var topic = OffsetCommitRequest.Topic()
        topic.name = step.topic
        request.topics.append(topic)
      }
      var partition = OffsetCommitRequest.Topic.Partition()
      partition.partitionIndex = step.partition
      partition.committedOffset = step.to
      request.topics[request.topics.count - 1].partitions.append(partition)
    }
    return request
  }
}
