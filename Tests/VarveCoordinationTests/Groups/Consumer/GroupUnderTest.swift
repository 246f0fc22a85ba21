import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// A consumer group, its topics and clock, and a second value that only replays the records: after
/// each decision both must hold the same.
struct GroupUnderTest {
  var group = ConsumerGroup(groupID: "g")
  private var replica = ConsumerGroup(groupID: "g")
  var topics: TopicsImage
  var settings = GroupSettings()
  var now: Int64 = 0
  /// The records of the last decision.
  private(set) var records: [GroupRecord] = []

  init(topics: [(name: String, partitions: Int32)]) {
    self.topics = Self.image(topics)
  }

  static func id(_ name: String) -> TopicID {
    TopicID(rawValue: name.utf8.reduce(1) { $0 << 8 | UInt128($1) })
  }

  static func image(_ topics: [(name: String, partitions: Int32)]) -> TopicsImage {
    TopicsImage(
      topics.map { .init(name: $0.name, id: id($0.name), partitionCount: $0.partitions) })
  }

  private mutating func store(_ records: [GroupRecord]) {
    self.records = records
    for record in records { replica.replay(record) }
    #expect(replica.state == group.state)
  }

  mutating func send(
    _ request: ConsumerGroupHeartbeatRequest
  ) throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    let before = group.state
    do throws(CoordinatorError) {
      let decision = try group.heartbeat(
        request, .test(1, at: now), topics: topics, settings: settings)
      store(decision.records)
      return decision.reply
    } catch {
      #expect(group.state == before, "a refused request leaves the state alone")
      throw error
    }
  }

  mutating func expire() {
    store(
      group.expire(at: Caller.test(at: now).now, topics: topics, settings: settings).records)
  }

  /// The coordinator starts again from what the replica was told.
  mutating func restart() {
    group = replica
    group.loaded(at: Caller.test(at: now).now, settings: settings)
  }

  mutating func setTopics(_ topics: [(name: String, partitions: Int32)]) {
    self.topics = Self.image(topics)
    group.topicsChanged()
  }

  mutating func removeByAdministrator(
    _ members: [LeaveGroupRequest.Member]
  ) -> [LeaveGroupResponse.Member] {
    let decision = group.remove(
      members, topics: topics, now: Caller.test(at: now).now, settings)
    store(decision.records)
    return decision.reply
  }

  var description: ConsumerGroupDescribeResponse.Group {
    group.describe(topics: topics, settings: settings)
  }

  /// Code of the error that `request` is refused with; nil where it is not.
  mutating func refusal(of request: ConsumerGroupHeartbeatRequest) -> ErrorCode? {
    do throws(CoordinatorError) {
      _ = try send(request)
      return nil
    } catch {
      return error.code
    }
  }
}

extension ConsumerGroupHeartbeatRequest {
  static func join(
    _ member: String, topics: [String]? = ["t"], pattern: String? = nil, instance: String? = nil,
    assignor: String? = nil
  ) -> Self {
    var request = beat(member, 0)
    request.instanceID = instance
    request.rebalanceTimeoutMilliseconds = 60_000
    request.subscribedTopicNames = topics
    request.subscribedTopicRegex = pattern
    request.serverAssignor = assignor
    request.topicPartitions = []
    return request
  }

  static func beat(
    _ member: String, _ epoch: Int32, instance: String? = nil, owned: [String: [Int32]]? = nil
  ) -> Self {
    var request = Self()
    request.groupID = "g"
    request.memberID = member
    request.memberEpoch = epoch
    request.instanceID = instance
    request.topicPartitions = owned.map { owned in
      owned.sorted { $0.key < $1.key }.map { name, partitions in
        var field = TopicPartition()
        field.topicID = GroupUnderTest.id(name)
        field.partitions = partitions
        return field
      }
    }
    return request
  }
}

extension ConsumerGroupHeartbeatResponse {
  /// The partitions of one topic that the member is told to have; nil where it is told nothing.
  func partitions(of topic: String = "t") -> [Int32]? {
    assignment.map { PartitionsByTopic($0.topicPartitions)[GroupUnderTest.id(topic)] }
  }
}
