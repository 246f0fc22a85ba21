internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

// DescribeShareGroupOffsets: up to where share groups are done with partitions (KIP-932). Versions
// 0 to 1.
//
// Tagged fields of Varve's own say how many records are where, and what records are copies of.
extension Handler {
  static let describeShareGroupOffsets = Handler(
    awaiting: DescribeShareGroupOffsetsRequest.self
  ) { request, context in
    var response = DescribeShareGroupOffsetsResponse()
    for asked in request.groups {
      var group = DescribeShareGroupOffsetsResponse.Group()
      group.groupID = asked.groupID
      do throws(CoordinatorError) {
        try context.access.require(.describe, group: asked.groupID)
        group.topics = try await topics(of: asked, context)
      } catch {
        group.errorCode = error.code
        group.errorMessage = error.message
      }
      response.groups.append(group)
    }
    return response
  }

  private typealias Topic = DescribeShareGroupOffsetsResponse.Group.Topic

  private static func topics(
    of asked: DescribeShareGroupOffsetsRequest.Group, _ context: RequestContext
  ) async throws(CoordinatorError) -> [Topic] {
    guard let named = asked.topics else {
      let positions = try await context.broker.shares.positions(of: asked.groupID)
      let names = Set(positions.map(\.topic)).sorted()
      return names.filter { context.access.allows(.describe, topic: $0) }.map { name in
        topic(name, positions.filter { $0.topic == name })
      }
    }
    var topics: [Topic] = []
    for one in named {
      guard context.access.allows(.describe, topic: one.name) else {
        topics.append(refused(one, .topicAuthorizationFailed))
        continue
      }
      guard let name = try? TopicName(one.name),
        context.broker.topicSummary(named: name) != nil
      else {
        topics.append(refused(one, .unknownTopicOrPartition))
        continue
      }
      let positions = try await context.broker.shares.positions(
        of: asked.groupID, one.partitions.map { TopicPartition(topic: name, partition: $0) })
      var answer = topic(one.name, positions)
      try await tellCopies(one, of: name, asked.groupID, context, &answer)
      let known = Set(positions.map(\.partition))
      answer.partitions += one.partitions.filter { !known.contains($0) }.map {
        refused($0, .unknownTopicOrPartition)
      }
      topics.append(answer)
    }
    return topics
  }

  /// Tells what the records are copies of that are asked about.
  private static func tellCopies(
    _ asked: DescribeShareGroupOffsetsRequest.Group.Topic, of name: TopicName, _ group: String,
    _ context: RequestContext, _ answer: inout Topic
  ) async throws(CoordinatorError) {
    for (index, offset) in zip(asked.partitions, asked.copies) where offset >= 0 {
      guard let place = answer.partitions.firstIndex(where: { $0.partitionIndex == index }),
        let partition = try? context.broker.partition(
          TopicPartition(topic: name, partition: index))
      else { continue }
      let first = try await context.broker.shares.first(
        ofCopyAt: offset, of: partition, group: group)
      answer.partitions[place].firstOffset = first ?? -1
    }
  }

  private static func topic(_ name: String, _ positions: [BrokerShares.Position]) -> Topic {
    var topic = Topic()
    topic.name = name
    topic.topicID = positions.first?.topicID ?? .zero
    topic.partitions = positions.map { position in
      var partition = Topic.Partition()
      partition.partitionIndex = position.partition
      partition.startOffset = position.startOffset
      partition.lag = position.lag
      partition.depths = DescribeShareGroupOffsetsResponse.Depths(position)
      return partition
    }
    return topic
  }

  private static func refused(
    _ asked: DescribeShareGroupOffsetsRequest.Group.Topic, _ code: ErrorCode
  ) -> Topic {
    var topic = Topic()
    topic.name = asked.name
    topic.partitions = asked.partitions.map { refused($0, code) }
    return topic
  }

  private static func refused(_ index: Int32, _ code: ErrorCode) -> Topic.Partition {
    var partition = Topic.Partition()
    partition.partitionIndex = index
    partition.startOffset = -1
    partition.errorCode = code
    return partition
  }
}

extension DescribeShareGroupOffsetsResponse.Depths {
  fileprivate init(_ position: BrokerShares.Position) {
    self.init()
    let depths = position.depths
    (ready, delayed, locked) = (depths.ready, depths.delayed, depths.locked)
    (failing, parked) = (depths.failing, depths.parked)
    let counts = depths.counts
    (delivered, redelivered) = (counts.delivered, counts.redelivered)
    (accepted, released, rejected) = (counts.accepted, counts.released, counts.rejected)
    (timedOut, expired, repeated) = (counts.timedOut, counts.expired, counts.repeated)
    (deadLettered, forgottenIDs) = (counts.deadLettered, counts.forgottenIDs)
    if let age = position.oldestAge { oldestAge = age }
    if let flow = position.flow { (inRate, outRate) = (flow.in, flow.out) }
  }
}
