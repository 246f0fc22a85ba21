package import VarveBase

/// The last offset of each key in the part of a log that is being compacted: a table of hashes, 24
/// bytes a slot, whatever the keys' size.
package struct OffsetMap: Sendable {
  private static let slotBytes = MemoryLayout<Slot>.stride

  private struct Slot {
    var hash: KeyHash
    /// -1 for a free slot.
    var offset: Int64
  }

  /// Keys up to which batches are added; the batch that passes it is added whole.
  private let countMax: Int
  private let secret: KeyHash.Secret
  private var slots: [Slot]
  package private(set) var count = 0
  /// All records up to this offset are in the map.
  package private(set) var latestOffset: Offset

  /// A map of the records from `start` on, in about `bytesMax` of memory.
  package init(from start: Offset, bytesMax: Int, secret: KeyHash.Secret = .random()) {
    self.secret = secret
    countMax = max(1, bytesMax / Self.slotBytes / 2)
    latestOffset = start + -1
    slots = Self.emptySlots(64)
  }

  package var isFull: Bool { count >= countMax }

  /// Notes that `key` was seen at `offset`, which is greater than those before.
  package mutating func put(_ key: RawSpan, at offset: Offset) {
    if (count + 1) * 4 > slots.count * 3 { grow() }
    let hash = KeyHash(key, secret)
    let index = slot(of: hash)
    if slots[index].offset < 0 { count += 1 }
    slots[index] = Slot(hash: hash, offset: offset.rawValue)
  }

  /// Notes that all up to `offset` was seen.
  package mutating func advance(to offset: Offset) { latestOffset = max(latestOffset, offset) }

  /// Whether the record of `key` at `offset` is older than one in the map.
  package func isSuperseded(_ key: RawSpan, at offset: Offset) -> Bool {
    slots[slot(of: KeyHash(key, secret))].offset > offset.rawValue
  }

  /// The slot that has the hash, or the free one where it belongs.
  private func slot(of hash: KeyHash) -> Int {
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash.low) & mask
    while slots[index].offset >= 0, slots[index].hash != hash { index = (index + 1) & mask }
    return index
  }

  private mutating func grow() {
    let old = slots
    slots = Self.emptySlots(old.count * 2)
    for slot in old where slot.offset >= 0 { slots[self.slot(of: slot.hash)] = slot }
  }

  private static func emptySlots(_ count: Int) -> [Slot] {
    Array(repeating: Slot(hash: KeyHash(high: 0, low: 0), offset: -1), count: count)
  }
}
