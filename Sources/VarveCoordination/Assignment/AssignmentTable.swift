/// Members and topics by number, and which member has which partition: what assignors work on.
struct AssignmentTable {
  /// In the order in which Kafka's assignors go through them: static members by their instance ids,
  /// then the others by their ids.
  let members: [AssignorMember]
  /// The topics that exist and have subscribers, by name.
  let topics: [String]
  let partitionCounts: [Int]
  /// Of each topic, its members in ascending order.
  let subscribers: [[Int]]
  /// Of each topic's partitions, the member that has it, or nil.
  private(set) var owners: [[Int?]]
  /// The number of partitions of each member.
  private(set) var loads: [Int]

  init(_ members: [AssignorMember], topics counts: [String: Int32]) {
    self.members = members.sorted(by: Self.precedes)
    var subscribers: [String: [Int]] = [:]
    for (index, member) in self.members.enumerated() {
      for topic in member.topics where counts[topic, default: 0] > 0 {
        subscribers[topic, default: []].append(index)
      }
    }
    topics = subscribers.keys.sorted()
    partitionCounts = topics.map { Int(counts[$0, default: 0]) }
    self.subscribers = topics.map { subscribers[$0, default: []] }
    owners = partitionCounts.map { Array(repeating: nil, count: $0) }
    loads = Array(repeating: 0, count: members.count)
  }

  private static func precedes(_ left: AssignorMember, _ right: AssignorMember) -> Bool {
    switch (left.instanceID, right.instanceID) {
    case (let leftID?, let rightID?): (leftID, left.id) < (rightID, right.id)
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): left.id < right.id
    }
  }

  var partitionCount: Int { partitionCounts.reduce(0, +) }

  /// Whether all members subscribe to all topics.
  var isHomogeneous: Bool { subscribers.allSatisfy { $0.count == members.count } }

  mutating func give(_ topic: Int, _ partition: Int, to member: Int?) {
    if let owner = owners[topic][partition] { loads[owner] -= 1 }
    if let member { loads[member] += 1 }
    owners[topic][partition] = member
  }

  /// Leaves each member what it has so far and still subscribes to.
  mutating func keepOwned() {
    let numbers = Dictionary(uniqueKeysWithValues: zip(topics, topics.indices))
    for (index, member) in members.enumerated() {
      for (name, partitions) in member.owned where member.topics.contains(name) {
        guard let topic = numbers[name] else { continue }
        for partition in partitions {
          guard let partition = Int(exactly: partition), owners[topic].indices.contains(partition),
            isLater(member, than: owners[topic][partition])
          else { continue }
          give(topic, partition, to: index)
        }
      }
    }
  }

  private func isLater(_ member: AssignorMember, than owner: Int?) -> Bool {
    owner.map { members[$0].generation < member.generation } ?? true
  }

  var assignments: MemberAssignments {
    var lists = Array(repeating: [String: [Int32]](), count: members.count)
    for (topic, name) in topics.enumerated() {
      for (partition, owner) in owners[topic].enumerated() {
        if let owner { lists[owner][name, default: []].append(Int32(partition)) }
      }
    }
    return Dictionary(uniqueKeysWithValues: zip(members.map(\.id), lists))
  }
}
