internal import VarveProtocol

/// The members of a classic group, in the order in which they came, with what is asked of them
/// most: who stands for an instance, and which protocols all of them support.
struct ClassicMembers: Sendable {
  private struct Entry: Sendable {
    var member: ClassicMember
    var order: UInt64
  }

  private var entries: [String: Entry] = [:]
  private var instances: [String: String] = [:]
  private var supporters: [String: Int] = [:]
  private var nextOrder: UInt64 = 0

  var count: Int { entries.count }
  var isEmpty: Bool { entries.isEmpty }

  /// In the order in which they came.
  var all: [ClassicMember] {
    entries.values.sorted { $0.order < $1.order }.map(\.member)
  }

  subscript(id: String) -> ClassicMember? { entries[id]?.member }

  func contains(_ id: String) -> Bool { entries[id] != nil }

  /// The member that stands for a static instance.
  func memberID(ofInstance instanceID: String) -> String? { instances[instanceID] }

  /// Adds a member, or changes the one of this name.
  mutating func put(_ member: ClassicMember) {
    put(member, order: nil)
  }

  /// Puts `member` where the member `oldID` was.
  mutating func replace(_ oldID: String, by member: ClassicMember) {
    let order = entries[oldID]?.order
    remove(oldID)
    put(member, order: order)
  }

  mutating func setKnown(_ id: String) {
    entries[id]?.member.isNew = false
  }

  @discardableResult
  mutating func remove(_ id: String) -> ClassicMember? {
    guard let entry = entries.removeValue(forKey: id) else { return nil }
    for name in Set(entry.member.protocols.map(\.name)) {
      let left = supporters[name, default: 0] - 1
      supporters[name] = left > 0 ? left : nil
    }
    if let instanceID = entry.member.instanceID, instances[instanceID] == id {
      instances[instanceID] = nil
    }
    return entry.member
  }

  private mutating func put(_ member: ClassicMember, order: UInt64?) {
    let kept = entries[member.id]?.order
    remove(member.id)
    let position = order ?? kept ?? nextOrder
    if position == nextOrder { nextOrder += 1 }
    entries[member.id] = Entry(member: member, order: position)
    for name in Set(member.protocols.map(\.name)) { supporters[name, default: 0] += 1 }
    if let instanceID = member.instanceID { instances[instanceID] = member.id }
  }

  func isSupportedByAll(_ protocolName: String) -> Bool {
    !isEmpty && supporters[protocolName] == entries.count
  }

  /// The protocol of the next generation: each member votes for the first of its list that all
  /// support. Among equals the one wins that the earliest member likes best.
  func electedProtocol() -> String? {
    let members = all
    guard let first = members.first else { return nil }
    let candidates = first.protocols.map(\.name).filter(isSupportedByAll)
    var votes: [String: Int] = [:]
    for member in members {
      if let vote = member.protocols.first(where: { isSupportedByAll($0.name) }) {
        votes[vote.name, default: 0] += 1
      }
    }
    guard let most = votes.values.max() else { return nil }
    return candidates.first { votes[$0] == most }
  }
}
