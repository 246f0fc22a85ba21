/// Who owns which partition, as the moves of a history go by.
struct Ownership {
  private var owners: [HistoryFacts.GroupPartition: [Int32]] = [:]
  private var owned: [Int32: Set<Int32>] = [:]

  func owners(of place: HistoryFacts.GroupPartition) -> [Int32] { owners[place] ?? [] }

  mutating func follow(_ move: HistoryFacts.Move, _ facts: HistoryFacts) {
    switch move {
    case .gained(let member, let partition):
      guard owned[member, default: []].insert(partition).inserted else { return }
      owners[facts.place(member, partition), default: []].append(member)
    case .gaveUp(let member, let partition):
      guard owned[member]?.remove(partition) != nil else { return }
      owners[facts.place(member, partition)]?.removeAll { $0 == member }
    case .crashed(let member):
      for partition in owned.removeValue(forKey: member) ?? [] {
        owners[facts.place(member, partition)]?.removeAll { $0 == member }
      }
    case .atRest: break
    }
  }
}

extension HistoryFacts {
  func place(_ member: Int32, _ partition: Int32) -> GroupPartition {
    GroupPartition(group: groupOfMember[Int(member)], partition: partition)
  }
}
