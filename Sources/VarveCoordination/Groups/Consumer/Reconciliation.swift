/// One step of a member towards its share of the target assignment (KIP-848): first it gives up
/// what it is to lose, then it moves to the target's epoch and gets what is free, then the rest as
/// that becomes free.
struct Reconciliation {
  let member: ConsumerGroupMember
  let targetEpoch: Int32
  let target: PartitionsByTopic
  let owners: PartitionOwners
  /// What the member says it owns; nil where it does not say.
  let owned: PartitionsByTopic?

  /// The member after the step; the same where it cannot take one.
  func next() -> ConsumerGroupMember {
    switch member.state {
    case .stable: member.epoch == targetEpoch ? member : step()
    case .unrevokedPartitions: hasGivenUp(member.pendingRevocation) ? step() : member
    case .unreleasedPartitions: step()
    }
  }

  private func hasGivenUp(_ partitions: PartitionsByTopic) -> Bool {
    owned.map { $0.isDisjoint(with: partitions) } ?? false
  }

  private func step() -> ConsumerGroupMember {
    let kept = member.assigned.intersection(target)
    let lost = member.assigned.subtracting(kept)
    var next = member
    if !lost.isEmpty, !hasGivenUp(lost) {
      next.state = .unrevokedPartitions
      next.move(to: member.epoch)
      next.assigned = kept
      next.pendingRevocation = lost
      return next
    }
    let missing = target.subtracting(kept)
    // What the member itself has just given up is free for it.
    let free = missing.filter { owners.isFree($0, $1, for: member.id) }
    next.state = free.count < missing.count ? .unreleasedPartitions : .stable
    next.move(to: targetEpoch)
    next.assigned = kept.union(free)
    next.pendingRevocation = PartitionsByTopic()
    return next
  }
}
