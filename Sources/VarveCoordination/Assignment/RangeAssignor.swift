/// Each topic by itself: its partitions in order are cut into one run for each of its subscribers,
/// the first of which get one more where they do not divide. Partitions of the same number of
/// topics with equal subscribers and counts so come to the same member.
package struct RangeAssignor: Assignor {
  package init() {}
  package var name: String { "range" }

  package func assign(
    _ members: [AssignorMember], topics: [String: Int32]
  ) -> MemberAssignments {
    var table = AssignmentTable(members, topics: topics)
    for topic in table.topics.indices {
      let subscribers = table.subscribers[topic]
      let (size, longer) = table.partitionCounts[topic].quotientAndRemainder(
        dividingBy: subscribers.count)
      var next = 0
      for (rank, member) in subscribers.enumerated() {
        let end = next + size + (rank < longer ? 1 : 0)
        for partition in next..<end { table.give(topic, partition, to: member) }
        next = end
      }
    }
    return table.assignments
  }
}
