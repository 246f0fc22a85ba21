/// The server-side default of Kafka 4 (KIP-848): members that subscribe alike have equal shares,
/// give or take one, and keep as much of what they have as that allows.
package struct UniformAssignor: Assignor {
  package init() {}
  package var name: String { "uniform" }

  package func assign(
    _ members: [AssignorMember], topics: [String: Int32]
  ) -> MemberAssignments {
    BalancedAssignment.make(members, topics: topics)
  }
}

/// The same under the name that classic clients know (KIP-54).
package struct StickyAssignor: Assignor {
  package init() {}
  package var name: String { "sticky" }

  package func assign(
    _ members: [AssignorMember], topics: [String: Int32]
  ) -> MemberAssignments {
    BalancedAssignment.make(members, topics: topics)
  }
}

/// As ``StickyAssignor``, for members that keep working while they rebalance (KIP-429): what
/// another member still has is given to nobody this time. Its owner gives it up, all join again,
/// and it goes to its new owner then.
package struct CooperativeStickyAssignor: Assignor {
  package init() {}
  package var name: String { "cooperative-sticky" }

  package func assign(
    _ members: [AssignorMember], topics: [String: Int32]
  ) -> MemberAssignments {
    var claims: [String: [Int32: Int]] = [:]
    for member in members {
      for (topic, partitions) in member.owned {
        for partition in Set(partitions) { claims[topic, default: [:]][partition, default: 0] += 1 }
      }
    }
    var assignments = BalancedAssignment.make(members, topics: topics)
    for member in members {
      for (topic, partitions) in assignments[member.id] ?? [:] {
        let own = Set(member.owned[topic] ?? [])
        let free = partitions.filter { partition in
          claims[topic]?[partition] ?? 0 == (own.contains(partition) ? 1 : 0)
        }
        assignments[member.id]?[topic] = free.isEmpty ? nil : free
      }
    }
    return assignments
  }
}
