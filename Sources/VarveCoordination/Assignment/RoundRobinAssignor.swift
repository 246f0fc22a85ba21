/// All partitions of all topics in order, dealt to the members in turn; one that does not subscribe
/// to the topic is passed over.
package struct RoundRobinAssignor: Assignor {
  package init() {}
  package var name: String { "roundrobin" }

  package func assign(
    _ members: [AssignorMember], topics: [String: Int32]
  ) -> MemberAssignments {
    var table = AssignmentTable(members, topics: topics)
    var turn = 0
    for topic in table.topics.indices {
      let subscribers = table.subscribers[topic]
      for partition in 0..<table.partitionCounts[topic] {
        let member = subscribers.first { $0 >= turn } ?? subscribers[0]
        table.give(topic, partition, to: member)
        turn = (member + 1) % table.members.count
      }
    }
    return table.assignments
  }
}
