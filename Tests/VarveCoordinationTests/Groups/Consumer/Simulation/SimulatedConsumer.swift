import VarveBase
import VarveCoordination
import VarveProtocol

/// A partition as members see it.
struct IdentifiedPartition: Hashable, Comparable {
  let topic: TopicID
  let number: Int32

  static func < (left: Self, right: Self) -> Bool {
    (left.topic.rawValue, left.number) < (right.topic.rawValue, right.number)
  }
}

/// A consumer that follows KIP-848 as Kafka's clients do: one heartbeat at a time; all about itself
/// where an answer was lost; it has what it was told until it has given it up, or knows that it was
/// put out. Since it knows when it was last answered, it stops by itself when its session must have
/// ended, and when it is late with giving up.
struct SimulatedConsumer {
  enum Phase {
    case joining, member, leaving, gone
  }

  let process: Int
  let memberID: String
  let instanceID: String?
  var topics: [String]
  var pattern: String?
  var assignor: String?
  var rebalanceTimeout: Int64 = 20_000
  /// How long it takes to give partitions up; nil for ever.
  var revocationTime: Int64? = 0
  /// It hangs: it keeps what it has and says nothing.
  var isFrozen = false

  private(set) var phase = Phase.joining
  private(set) var epoch: Int32 = 0
  private(set) var owned: Set<IdentifiedPartition> = []
  private var mustSayAll = true
  private var mustSayOwned = true
  /// When the last heartbeat that was answered was sent.
  private var answeredAt: Int64
  private var givingUp: Set<IdentifiedPartition> = []
  private var givenUpAt: Int64?
  /// Until the coordinator has answered a heartbeat that said so, it may count on.
  private var mustHaveGivenUpBy: Int64?
  /// The request that it waits for says what it owns, and nothing that it is to give up is in it.
  private var saysGivenUp = false
  /// The number of the request that it waits for.
  private(set) var waitsFor: Int?
  private var sentAt: Int64 = 0

  init(process: Int, instanceID: String?, topics: [String], at now: Int64) {
    self.process = process
    memberID = "m\(process)"
    self.instanceID = instanceID
    self.topics = topics
    answeredAt = now
  }

  // MARK: Requests

  mutating func heartbeat(number: Int, at now: Int64) -> ConsumerGroupHeartbeatRequest {
    var request = ConsumerGroupHeartbeatRequest.beat(
      memberID, epoch, instance: instanceID)
    waitsFor = number
    sentAt = now
    if phase == .leaving {
      request.memberEpoch = instanceID == nil ? -1 : -2
      return request
    }
    if mustSayAll || phase == .joining {
      request.rebalanceTimeoutMilliseconds = Int32(rebalanceTimeout)
      request.subscribedTopicNames = topics
      request.subscribedTopicRegex = pattern ?? ""
      request.serverAssignor = assignor
    }
    if mustSayAll || mustSayOwned || phase == .joining { request.topicPartitions = ownedFields }
    saysGivenUp = givingUp.isEmpty && request.topicPartitions != nil
    mustSayAll = false
    mustSayOwned = false
    return request
  }

  private var ownedFields: [ConsumerGroupHeartbeatRequest.TopicPartition] {
    var partitions = PartitionsByTopic()
    for partition in owned { partitions[partition.topic] += [partition.number] }
    return partitions.fields()
  }

  /// It gives up all that it has and goes; a static one will be back.
  mutating func leave() {
    owned = []
    givingUp = []
    givenUpAt = nil
    mustHaveGivenUpBy = nil
    waitsFor = nil
    phase = .leaving
  }

  mutating func subscribe(topics: [String], pattern: String?) {
    self.topics = topics
    self.pattern = pattern
    mustSayAll = true
  }

  // MARK: Answers

  mutating func answerIsLost() {
    waitsFor = nil
    mustSayAll = true
    if phase == .leaving { phase = .gone }
  }

  mutating func receive(
    _ answer: Result<ConsumerGroupHeartbeatResponse, CoordinatorError>, at now: Int64
  ) {
    waitsFor = nil
    guard phase != .leaving else {
      phase = .gone
      return
    }
    switch answer {
    case .success(let response): take(response, at: now)
    case .failure(let error):
      switch error.code {
      case .fencedMemberEpoch, .unknownMemberID: startAnew()
      case .unreleasedInstanceID: startAnew()
      default:
        owned = []
        phase = .gone
      }
    }
  }

  private mutating func take(_ response: ConsumerGroupHeartbeatResponse, at now: Int64) {
    let toldBefore = answeredAt
    answeredAt = sentAt
    phase = .member
    epoch = response.memberEpoch
    if saysGivenUp { mustHaveGivenUpBy = nil }
    guard let assignment = response.assignment else { return }
    var told: Set<IdentifiedPartition> = []
    for field in assignment.topicPartitions {
      for number in field.partitions {
        told.insert(IdentifiedPartition(topic: field.topicID, number: number))
      }
    }
    owned.formUnion(told)
    givingUp = owned.subtracting(told)
    mustSayOwned = true
    if givingUp.isEmpty {
      givenUpAt = nil
    } else {
      givenUpAt = revocationTime.map { now + $0 }
      // The coordinator may have counted from any heartbeat after the last one answered before.
      mustHaveGivenUpBy = mustHaveGivenUpBy ?? toldBefore + rebalanceTimeout
    }
  }

  /// It knows that it is put out. An answer that is still on its way is none of its new life's.
  private mutating func startAnew() {
    owned = []
    waitsFor = nil
    givingUp = []
    givenUpAt = nil
    mustHaveGivenUpBy = nil
    epoch = 0
    mustSayAll = true
    phase = .joining
  }

  // MARK: Time

  /// Gives up what is due. Who is not answered stops when it may have been put out: when its
  /// session has ended, or its time for giving up what it may not have been told to. So does one
  /// that hangs.
  mutating func pass(to now: Int64, sessionTimeout: Int64) {
    if !owned.isEmpty, now >= silenceEnd(sessionTimeout) { startAnew() }
    if let limit = mustHaveGivenUpBy, now >= limit { startAnew() }
    if !isFrozen, let time = givenUpAt, now >= time {
      owned.subtract(givingUp)
      givingUp = []
      givenUpAt = nil
      mustSayOwned = true
    }
  }

  private func silenceEnd(_ sessionTimeout: Int64) -> Int64 {
    answeredAt + min(sessionTimeout, rebalanceTimeout)
  }

  /// When ``pass(to:sessionTimeout:)`` has something to do.
  func nextTime(sessionTimeout: Int64) -> Int64? {
    let session = owned.isEmpty ? nil : silenceEnd(sessionTimeout)
    return [session, mustHaveGivenUpBy, isFrozen ? nil : givenUpAt].compactMap(\.self).min()
  }
}
