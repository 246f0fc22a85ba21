import Testing
import VarveBase
import VarveCoordination
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Goal: whatever happens to a share group, its epochs only rise, a member is told what it has, and
/// once all have been heard of everything is dealt. Method: random joins, heartbeats, losses,
/// topics, time and restarts, with invariants after each; ``ShareGroupUnderTest`` holds a replay of
/// the records against the state all the while.
struct ShareGroupPropertyTests {
  @Test(arguments: TestShare.seeds(40, long: 2000))
  func `G23: a share group keeps its promises through anything`(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var group = ShareGroupUnderTest([("t", 3), ("u", 2)])
    group.settings.shareSessionTimeout = 100
    /// What members know by the answers that reached them.
    var known: [String: (epoch: Int32, assigned: PartitionsByTopic)] = [:]
    var epoch: Int32 = 0
    for _ in 0..<120 {
      group.now += Int64.random(in: 0...30, using: &random)
      try act(&group, &known, &random)
      let state = group.group.state
      #expect(state.epoch >= epoch && state.targetEpoch <= state.epoch)
      epoch = state.epoch
      for member in state.members.values {
        #expect(member.epoch <= state.epoch && member.previousEpoch <= member.epoch)
      }
      for (id, told) in known where state.members[id]?.epoch == told.epoch {
        #expect(state.members[id]?.assigned == told.assigned, "\(id) was told what it has")
      }
    }
    try group.settle()
    checkDealt(group)
  }

  private func act(
    _ group: inout ShareGroupUnderTest,
    _ known: inout [String: (epoch: Int32, assigned: PartitionsByTopic)],
    _ random: inout SeededGenerator
  ) throws {
    let id = "m\(Int.random(in: 0..<7, using: &random))"
    let topics = [["t"], ["u"], ["t", "u"], ["gone"]].randomElement(using: &random)!
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<5:
      var request = ShareGroupHeartbeatRequest.join(id, topics: topics)
      if let told = known[id] {
        request = .beat(id, told.epoch)
        if Int.random(in: 0..<4, using: &random) == 0 { request.subscribedTopicNames = topics }
      }
      exchange(request, &group, &known, isLost: Int.random(in: 0..<4, using: &random) == 0)
    case 5: exchange(.beat(id, -1), &group, &known, isLost: false)
    case 6:
      group.setTopics(
        [("t", Int32.random(in: 1...9, using: &random)), ("u", 2)].filter { _ in
          Int.random(in: 0..<5, using: &random) > 0
        })
    case 7: group.restart()
    default: group.expire()
    }
  }

  private func exchange(
    _ request: ShareGroupHeartbeatRequest, _ group: inout ShareGroupUnderTest,
    _ known: inout [String: (epoch: Int32, assigned: PartitionsByTopic)], isLost: Bool
  ) {
    do throws(CoordinatorError) {
      let reply = try group.send(request)
      if request.memberEpoch < 0 { return known[request.memberID] = nil }
      if isLost { return }
      #expect(reply.memberEpoch >= known[request.memberID]?.epoch ?? 0)
      let before = known[request.memberID]?.assigned ?? PartitionsByTopic()
      let assigned = reply.assignment.map { PartitionsByTopic($0.topicPartitions) } ?? before
      known[request.memberID] = (reply.memberEpoch, assigned)
    } catch {
      #expect([.unknownMemberID, .fencedMemberEpoch].contains(error.code))
      known[request.memberID] = nil
    }
  }

  /// Every partition of every subscribed topic is with a subscriber, and nobody has any other.
  private func checkDealt(_ group: ShareGroupUnderTest) {
    let members = group.group.state.members.values
    for topic in group.topics.topics {
      let subscribers = members.filter { $0.subscribedTopicNames.contains(topic.name) }
      for partition in 0..<topic.partitionCount where !subscribers.isEmpty {
        #expect(subscribers.contains { $0.assigned.contains(topic.id, partition) })
      }
    }
    for member in members {
      for topic in member.assigned.topicIDs {
        let name = group.topics.topic(topic)?.name
        #expect(name.map { member.subscribedTopicNames.contains($0) } == true)
      }
    }
  }
}
