import Testing
import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// Many groups of ten that start at once. Oracle: a member that joins may move the group once
/// (KIP-848), and members that come within the initial delay share one generation (KIP-134).
struct GroupLoadTests {
  static let memberCount = 10
  static let partitionCount: Int32 = 20
  private let topics = TopicsImage.test(["orders": partitionCount])
  private let groups = (0..<TestShare.count(50, long: 1000)).map { "group-\($0)" }

  @Test func `a group of ten starts within one rebalance a member, however they come`() throws {
    var coordinator = GroupCoordinator(topics: topics)
    var generator = SeededGenerator(seed: 848)
    var members: [StartingMember] = groups.flatMap { group in
      (0..<Self.memberCount).map { StartingMember(group: group, id: "m\($0)") }
    }
    members.shuffle(using: &generator)
    for index in members.indices {
      _ = try members[index].beat(&coordinator)
      // Whoever came before may be faster or slower than who comes next.
      let other = Int.random(in: 0...index, using: &generator)
      _ = try members[other].beat(&coordinator)
    }
    // Told to give up, has given up, is given, has been given: each takes all a heartbeat at most.
    var rounds = 0
    var isMoving = true
    while isMoving, rounds < 6 {
      isMoving = false
      for index in members.indices {
        if try members[index].beat(&coordinator) { isMoving = true }
      }
      rounds += 1
    }
    #expect(!isMoving, "members are still told something after \(rounds) heartbeats each")
    for group in groups {
      let described = coordinator.describeConsumerGroup(group)
      #expect(described.groupState == "Stable")
      #expect(described.groupEpoch <= Self.memberCount, "\(group)")
    }
    let owned = Dictionary(grouping: members, by: \.group).mapValues { $0.flatMap(\.partitions) }
    #expect(owned.values.allSatisfy { $0.sorted() == Array(0..<Self.partitionCount) })
    #expect(members.allSatisfy { $0.partitions.count == 2 })
  }

  @Test func `a classic group of ten that come within the delay starts in one generation`() throws {
    var coordinator = GroupCoordinator(topics: topics)
    let delay = Int64(coordinator.settings.classicInitialRebalanceDelay)
    var requests: UInt64 = 0
    for member in 0..<Self.memberCount {
      for group in groups {
        requests += 1
        let decision = try coordinator.joinGroup(
          .joining(group), version: 3, by: .test(requests, at: Int64(member)))
        #expect(decision.reply == nil && decision.effects.isEmpty)
      }
    }
    var answers: [JoinGroupResponse] = []
    // The delay goes on while members come, and ends with the first look after the last one.
    for round: Int64 in 1...2 {
      for effect in coordinator.expire(at: Caller.test(at: round * delay + 10).now).effects {
        guard case .join(_, .success(let response)) = effect else { continue }
        answers.append(response)
      }
    }
    #expect(answers.count == groups.count * Self.memberCount)
    #expect(answers.allSatisfy { $0.generationID == 1 })
    let leaders = answers.filter { !$0.members.isEmpty }
    #expect(leaders.count == groups.count)
    #expect(leaders.allSatisfy { $0.members.count == Self.memberCount })
  }
}

/// A member of a consumer group, as its client knows it.
private struct StartingMember {
  let group: String
  let id: String
  private var epoch: Int32 = 0
  private var owned = ConsumerGroupHeartbeatResponse.Assignment()

  init(group: String, id: String) {
    self.group = group
    self.id = id
  }

  var partitions: [Int32] { owned.topicPartitions.flatMap(\.partitions) }

  /// A heartbeat, the first of which joins; true where it is told something new.
  mutating func beat(_ coordinator: inout GroupCoordinator) throws -> Bool {
    var request = ConsumerGroupHeartbeatRequest()
    (request.groupID, request.memberID, request.memberEpoch) = (group, id, epoch)
    request.rebalanceTimeoutMilliseconds = 60_000
    request.subscribedTopicNames = ["orders"]
    request.topicPartitions = owned.topicPartitions.map { topic in
      var share = ConsumerGroupHeartbeatRequest.TopicPartition()
      (share.topicID, share.partitions) = (topic.topicID, topic.partitions)
      return share
    }
    let response = try coordinator.consumerGroupHeartbeat(request, by: .test()).reply
    let isNews =
      response.memberEpoch != epoch || response.assignment.map { $0 != owned } ?? false
    epoch = response.memberEpoch
    if let assignment = response.assignment { owned = assignment }
    return isNews
  }
}

extension JoinGroupRequest {
  fileprivate static func joining(_ group: String) -> Self {
    var request = Self()
    request.groupID = group
    request.sessionTimeoutMilliseconds = 30_000
    request.rebalanceTimeoutMilliseconds = 30_000
    request.protocolType = "consumer"
    var offered = MemberProtocol()
    offered.name = "range"
    request.protocols = [offered]
    return request
  }
}
