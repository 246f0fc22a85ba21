import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// A share group, its topics and clock, and a second value that only replays the records: after
/// each decision both must hold the same.
struct ShareGroupUnderTest {
  var group = ShareGroup(groupID: "g")
  private var replica = ShareGroup(groupID: "g")
  var topics: TopicsImage
  var settings = GroupSettings()
  var now: Int64 = 0
  /// The records of the last decision.
  private(set) var records: [GroupRecord] = []

  init(_ topics: [(name: String, partitions: Int32)] = [("t", 3)]) {
    self.topics = GroupUnderTest.image(topics)
  }

  private mutating func store(_ records: [GroupRecord]) {
    self.records = records
    for record in records { replica.replay(record) }
    #expect(replica.state == group.state)
  }

  mutating func send(
    _ request: ShareGroupHeartbeatRequest
  ) throws(CoordinatorError) -> ShareGroupHeartbeatResponse {
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

  /// Code of the error that `request` is refused with; nil where it is not.
  mutating func refusal(of request: ShareGroupHeartbeatRequest) -> ErrorCode? {
    do throws(CoordinatorError) {
      _ = try send(request)
      return nil
    } catch {
      return error.code
    }
  }

  mutating func expire() {
    store(group.expire(at: Caller.test(at: now).now, topics: topics).records)
  }

  /// The coordinator starts again from what the replica was told.
  mutating func restart() {
    group = replica
    group.loaded(at: Caller.test(at: now).now, settings: settings)
  }

  mutating func setTopics(_ topics: [(name: String, partitions: Int32)]) {
    self.topics = GroupUnderTest.image(topics)
    group.topicsChanged()
  }

  /// Each member is sent heartbeats until it is told nothing new.
  mutating func settle() throws {
    for _ in 0..<2 {
      for member in group.state.members.values.sorted(by: { $0.id < $1.id }) {
        _ = try send(.beat(member.id, member.epoch))
      }
    }
  }

  var description: ShareGroupDescribeResponse.Group { group.describe(topics: topics) }
}

extension ShareGroupHeartbeatRequest {
  static func join(_ member: String, topics: [String]? = ["t"]) -> Self {
    var request = beat(member, 0)
    request.subscribedTopicNames = topics
    return request
  }

  static func beat(_ member: String, _ epoch: Int32, topics: [String]? = nil) -> Self {
    var request = Self()
    request.groupID = "g"
    request.memberID = member
    request.memberEpoch = epoch
    request.subscribedTopicNames = topics
    return request
  }
}

extension ShareGroupHeartbeatResponse {
  /// The partitions of one topic that the member is told to have; nil where it is told nothing.
  func partitions(of topic: String = "t") -> [Int32]? {
    assignment.map { PartitionsByTopic($0.topicPartitions)[GroupUnderTest.id(topic)] }
  }
}
