import VarveBase
import VarveCoordination
import VarveProtocol

/// A partition in simulations.
struct SimulatedPartition: Hashable, Comparable {
  let topic: String
  let number: Int32

  static func < (left: Self, right: Self) -> Bool {
    (left.topic, left.number) < (right.topic, right.number)
  }

  static func all(of topics: [String: Int32]) -> [Self] {
    topics.flatMap { topic, count in (0..<count).map { Self(topic: topic, number: $0) } }.sorted()
  }
}

/// A consumer of a simulation: it joins, syncs and sends heartbeats as Kafka's consumer does, and
/// works on partitions only while it knows its session to last.
final class ClassicProcess {
  enum Phase { case joining, syncing, stable, gone }

  let name: String
  let instance: String?
  let assignor: any Assignor
  var topics: Set<String>
  /// What it said in its last join that it subscribes to, and works on. The leader goes by that,
  /// even where its session has ended meanwhile.
  var toldTopics: Set<String> = []
  var toldOwned: Set<SimulatedPartition> = []
  var phase = Phase.joining
  var memberID = ""
  var generation: Int32 = -1
  var owned: Set<SimulatedPartition> = []
  /// What it was given last, which members tell the sticky assignors.
  var given: Set<SimulatedPartition> = []
  var ownedGeneration: Int32 = -1
  /// Its session ends then, if nothing more is heard.
  var leaseEnd: Int64 = 0
  var pausedUntil: Int64 = 0
  /// The join or sync whose answer it waits for.
  var awaited: UInt64?
  /// The topics that its last assignment was made of, where it led.
  var assignedTopics: [String: Int32]?

  static let session: Int64 = 10_000
  static let rebalanceTimeout: Int64 = 30_000

  init(name: String, instance: String?, assignor: any Assignor, topics: Set<String>) {
    self.name = name
    self.instance = instance
    self.assignor = assignor
    self.topics = topics
  }

  /// It works on while it rebalances; others give up everything first.
  var isCooperative: Bool { assignor is CooperativeStickyAssignor }

  /// What it works on at this moment.
  func working(at now: Int64) -> Set<SimulatedPartition> {
    phase == .gone || now >= leaseEnd ? [] : owned
  }

  var joinRequest: JoinGroupRequest {
    var request = JoinGroupRequest()
    (request.groupID, request.memberID, request.groupInstanceID) = ("g", memberID, instance)
    request.sessionTimeoutMilliseconds = Int32(Self.session)
    request.rebalanceTimeoutMilliseconds = Int32(Self.rebalanceTimeout)
    request.protocolType = "consumer"
    var supported = JoinGroupRequest.MemberProtocol()
    supported.name = assignor.name
    supported.metadata = ConsumerProtocolFrame.encode(subscription, version: 3)
    request.protocols = [supported]
    return request
  }

  private var subscription: ConsumerProtocolSubscription {
    var subscription = ConsumerProtocolSubscription()
    subscription.topics = topics.sorted()
    guard isCooperative || assignor is StickyAssignor else { return subscription }
    subscription.generationID = ownedGeneration
    subscription.ownedPartitions = Self.lists(isCooperative ? owned : given).sorted {
      $0.key < $1.key
    }.map {
      var field = ConsumerProtocolSubscription.OwnedPartition()
      (field.topic, field.partitions) = ($0.key, $0.value)
      return field
    }
    return subscription
  }

  /// As leader: everybody's assignment.
  func assignments(
    _ members: [JoinGroupResponse.Member], topics: [String: Int32], with assignor: any Assignor
  ) throws -> [SyncGroupRequest.Assignment] {
    let members = try members.map { member in
      let subscription = try ConsumerProtocolFrame.subscription(member.metadata)
      return AssignorMember(
        id: member.memberID, instanceID: member.groupInstanceID, topics: Set(subscription.topics),
        owned: Dictionary(
          uniqueKeysWithValues: subscription.ownedPartitions.map { ($0.topic, $0.partitions) }),
        generation: subscription.generationID)
    }
    return assignor.assign(members, topics: topics).sorted { $0.key < $1.key }.map { id, lists in
      var assignment = SyncGroupRequest.Assignment()
      (assignment.memberID, assignment.assignment) = (id, Self.encoded(lists))
      return assignment
    }
  }

  private static func encoded(_ lists: [String: [Int32]]) -> ByteSlice {
    var assignment = ConsumerProtocolAssignment()
    assignment.assignedPartitions = lists.sorted { $0.key < $1.key }.map {
      var field = ConsumerProtocolAssignment.AssignedPartition()
      (field.topic, field.partitions) = ($0.key, $0.value)
      return field
    }
    return ConsumerProtocolFrame.encode(assignment, version: 3)
  }

  static func decoded(_ bytes: ByteSlice) throws -> Set<SimulatedPartition> {
    if bytes.isEmpty { return [] }
    let assignment = try ConsumerProtocolFrame.assignment(bytes)
    return Set(
      assignment.assignedPartitions.flatMap { field in
        field.partitions.map { SimulatedPartition(topic: field.topic, number: $0) }
      })
  }

  private static func lists(_ partitions: Set<SimulatedPartition>) -> [String: [Int32]] {
    Dictionary(grouping: partitions, by: \.topic).mapValues { $0.map(\.number).sorted() }
  }
}
