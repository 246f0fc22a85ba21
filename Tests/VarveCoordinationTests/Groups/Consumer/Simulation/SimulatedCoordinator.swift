import VarveBase
import VarveCoordination
import VarveProtocol

/// A coordinator with its log, and what a faulty one would do in its place.
struct SimulatedCoordinator {
  /// Faults that the simulation must find.
  enum Fault: CaseIterable {
    /// Partitions count as given up as soon as the member was told.
    case givesBeforeRevoked
    /// Who was put out is answered as if it were in.
    case ignoresFencing
    /// Sessions end early.
    case hurriesSessions
    /// A static member takes the place of one that is still there.
    case replacesLivingInstance
    /// Current assignments are not stored.
    case forgetsAssignments
    /// Topics that grow go unnoticed.
    case overlooksTopics
  }

  private(set) var group = ConsumerGroup(groupID: "g")
  private var log: [GroupRecord] = []
  private var replica = ConsumerGroup(groupID: "g")
  var topics = TopicsImage()
  var settings = GroupSettings()
  let fault: Fault?
  private(set) var violations: [String] = []

  init(fault: Fault?) { self.fault = fault }

  mutating func heartbeat(
    _ request: ConsumerGroupHeartbeatRequest, at now: Moment
  ) -> Result<ConsumerGroupHeartbeatResponse, CoordinatorError> {
    var request = request
    plant(in: &request)
    let before = group.state
    let caller = Caller(
      request: RequestID(0), clientID: "client", host: "/127.0.0.1", now: now,
      newMemberID: "unnamed")
    do throws(CoordinatorError) {
      let decision = try group.heartbeat(request, caller, topics: topics, settings: settings)
      store(decision.records, before: before)
      return .success(decision.reply)
    } catch {
      if group.state != before { violations.append("a refused heartbeat changed the state") }
      let isPutOut = error.code == .unknownMemberID || error.code == .fencedMemberEpoch
      guard fault == .ignoresFencing, isPutOut else { return .failure(error) }
      var reply = ConsumerGroupHeartbeatResponse()
      reply.memberID = request.memberID
      reply.memberEpoch = max(request.memberEpoch, 1)
      return .success(reply)
    }
  }

  private mutating func plant(in request: inout ConsumerGroupHeartbeatRequest) {
    switch fault {
    case .givesBeforeRevoked:
      let member = group.state.members[request.memberID]
      guard let member, member.state == .unrevokedPartitions else { return }
      request.topicPartitions = member.assigned.fields()
    case .replacesLivingInstance:
      guard let instance = request.instanceID, request.memberEpoch == 0,
        let holder = group.state.staticMembers[instance], holder != request.memberID
      else { return }
      let leave = ConsumerGroupHeartbeatRequest.beat(holder, -2, instance: instance)
      _ = heartbeat(leave, at: Moment(wallClock: 0, uptime: 0))
    default: break
    }
  }

  mutating func expire(at now: Moment) {
    var now = now
    if fault == .hurriesSessions { now.uptime += 10_000 }
    let before = group.state
    store(group.expire(at: now, topics: topics, settings: settings).records, before: before)
  }

  var nextDeadline: Int64? {
    group.nextDeadline.map { fault == .hurriesSessions ? $0 - 10_000 : $0 }
  }

  mutating func topicsChanged(to image: TopicsImage) {
    topics = image
    if fault != .overlooksTopics { group.topicsChanged() }
  }

  /// Starts again from the log.
  mutating func restart(at now: Moment) {
    var fresh = ConsumerGroup(groupID: "g")
    for record in log { fresh.replay(record) }
    if fresh.state != group.state { violations.append("replay gives another state") }
    fresh.loaded(at: now, settings: settings)
    group = fresh
    replica = fresh
  }

  /// As `restart`, where the records after the first `count` did not come to be stored.
  mutating func loseAndRestart(to count: Int, at now: Moment) {
    log.removeLast(log.count - count)
    group = ConsumerGroup(groupID: "g")
    for record in log { group.replay(record) }
    replica = group
    group.loaded(at: now, settings: settings)
  }

  var storedCount: Int { log.count }

  /// The log, record after record.
  var storedBytes: [UInt8] {
    log.flatMap { record in
      let (key, value) = record.encoded
      return Array(key) + (value.map { Array($0) } ?? [])
    }
  }

  // MARK: Checks

  private mutating func store(_ records: [GroupRecord], before: ConsumerGroupState) {
    for record in records {
      if fault == .forgetsAssignments, case .consumerGroupCurrentMemberAssignment = record {
        continue
      }
      log.append(record)
      replica.replay(record)
    }
    if replica.state != group.state { violations.append("the records do not give the state") }
    checkMoves(from: before)
  }

  /// Nothing is taken from a member that it has and is to have, and a uniform assignment of members
  /// that subscribe alike moves as few partitions as can be.
  private mutating func checkMoves(from before: ConsumerGroupState) {
    let after = group.state
    for (id, member) in after.members {
      guard let old = before.members[id], let target = after.targets[id] else { continue }
      for topic in old.assigned.topicIDs {
        let staying = old.assigned[topic].filter { target.contains(topic, $0) }
        if !staying.allSatisfy({ member.assigned.contains(topic, $0) }) {
          violations.append("\(id) loses what it is to have")
        }
      }
    }
    if after.targetEpoch != before.targetEpoch, !after.members.isEmpty {
      checkTarget(before, after)
    }
  }

  private mutating func checkTarget(_ before: ConsumerGroupState, _ after: ConsumerGroupState) {
    let members = after.members.values.sorted { $0.id < $1.id }
    let names = members[0].subscribedTopicNames
    let isAlike = members.allSatisfy {
      $0.subscribedPattern == nil && $0.subscribedTopicNames == names
    }
    guard isAlike, group.describe(topics: topics, settings: settings).assignorName == "uniform"
    else { return }
    let known = names.compactMap { topics.topic(named: $0) }
    let total = known.reduce(0) { $0 + Int($1.partitionCount) }
    let (low, more) = total.quotientAndRemainder(dividingBy: members.count)
    var had: [Int] = []
    var kept = 0
    for member in members {
      // A static member has what the one before it of its name had.
      let instance = member.instanceID.flatMap { before.staticMembers[$0] }
      let old = before.targets[instance ?? member.id] ?? PartitionsByTopic()
      let new = after.targets[member.id] ?? PartitionsByTopic()
      had.append(
        known.reduce(0) { sum, topic in
          sum + old[topic.id].count { $0 < topic.partitionCount }
        })
      kept += known.reduce(0) { sum, topic in
        sum + old[topic.id].count { new.contains(topic.id, $0) }
      }
      if !(low...low + 1).contains(new.count) {
        violations.append("\(member.id) has \(new.count) of \(total)")
      }
    }
    let most = had.reduce(0) { $0 + min($1, low) } + min(had.count { $0 > low }, more)
    if kept != most { violations.append("\(kept) partitions stay where \(most) could") }
  }
}
