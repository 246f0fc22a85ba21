import Varve
import VarveTestKit

extension CleanHistory {
  private mutating func anyPlace() -> Place {
    let group = Self.groups[Int.random(in: 0..<Self.groups.count, using: &random)]
    return Place(group: group.name, partition: anyPartition())
  }

  mutating func gain(_ number: Int, _ group: String) {
    let place = Place(group: group, partition: number)
    let member = GroupMember("m\(Int.random(in: 0..<3, using: &random))", of: group)
    owners[place] = member
    // The offsets of "work" are marks, not places of its input.
    positions[place] = group == "work" ? 0 : Int((committedOffsets[place] ?? 0).rawValue)
    record(.gained(member, partition(number)))
  }

  mutating func moveOwnership() {
    let place = anyPlace()
    guard let owner = owners[place] else { return gain(place.partition, place.group) }
    if chance(25) {
      record(.crashed(owner))
      for (place, other) in owners where other == owner { owners[place] = nil }
      return
    }
    if chance(20) {
      positions[place] = 0
      return record(.positioned(owner, partition(place.partition)))
    }
    owners[place] = nil
    record(.gaveUp(owner, partition(place.partition)))
    // A member that was fenced gives up again what it no longer has.
    if chance(10) { record(.gaveUp(owner, partition(place.partition))) }
    if chance(80) { gain(place.partition, place.group) }
  }

  mutating func read() {
    let place = anyPlace()
    guard let owner = owners[place], let position = positions[place] else {
      return gain(place.partition, place.group)
    }
    let isolation = Self.groups.first { $0.name == place.group }?.isolation ?? .readUncommitted
    let count = Int.random(in: 1...5, using: &random)
    let seen = visible(place.partition, isolation, from: position).prefix(count)
    for sighting in seen { record(.read(sighting, by: owner)) }
    if let last = seen.last { positions[place] = Int(last.offset.rawValue) + 1 }
  }

  mutating func commitOffset() {
    let place = anyPlace()
    guard place.group != "work", owners[place] != nil, let position = positions[place] else {
      return
    }
    let offset = Offset(Int64(position))
    let outcome: CommitOutcome = chance(70) ? .committed : chance(50) ? .failed : .unknown
    if outcome == .committed || (outcome == .unknown && chance(50)) {
      committedOffsets[place] = offset
    }
    record(.committedOffset(group: place.group, partition(place.partition), offset, outcome))
  }

  mutating func fetchOffsets() {
    for group in Self.groups {
      for number in entries.indices {
        let offset = committedOffsets[Place(group: group.name, partition: number)]
        record(.fetchedOffset(group: group.name, partition(number), offset))
      }
    }
  }
}
