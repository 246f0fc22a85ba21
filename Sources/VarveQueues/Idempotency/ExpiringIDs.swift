package import Varve

/// What stands for an id in memory: 128 bits of a keyed hash, whose key is this process's own, so
/// that nobody can choose ids that fall together.
package struct IDHash: Hashable, Sendable {
  let high: UInt64
  let low: UInt64

  package init(_ id: ByteSlice) {
    high = Self.hash(id, 1)
    low = Self.hash(id, 2)
  }

  private static func hash(_ id: ByteSlice, _ salt: UInt8) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(salt)
    hasher.combine(id)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}

/// Ids that are remembered until their time is over, each until its own.
///
/// An id takes 16 bytes, however long it is: 96 bits of its hash beside those that choose its
/// place, and the second in which it is forgotten. So ten million take 200 to 400 MB, and the odds
/// that a new id is taken for one of them are below one to 10²¹. They lie in 256 tables with open
/// addressing, each of which grows by itself, so that growing never takes more than a moment. Ids
/// whose time is over go when their table would grow.
package struct ExpiringIDs: Sendable {
  private var tables = [Table](repeating: Table(), count: 256)

  package init() {}

  /// Remembers an id until `expiry`, or longer where it was to be remembered longer.
  package mutating func insert(_ id: IDHash, until expiry: Timestamp, now: Timestamp) {
    tables[Int(id.high >> 56)].insert(
      id, until: Self.second(after: expiry), now: Self.second(of: now))
  }

  /// Whether an id is remembered: until its time at least, and for less than a second after it.
  package func contains(_ id: IDHash, at now: Timestamp) -> Bool {
    tables[Int(id.high >> 56)].contains(id, at: Self.second(of: now))
  }

  /// The memory of the tables.
  package var sizeInBytes: Int { tables.reduce(0) { $0 + $1.sizeInBytes } }

  /// Whole seconds, so that an id is not forgotten before its time.
  private static func second(after time: Timestamp) -> UInt32 {
    let (rounded, isEndless) = time.rawValue.addingReportingOverflow(999)
    return isEndless ? .max : UInt32(clamping: rounded / 1000)
  }

  private static func second(of time: Timestamp) -> UInt32 {
    UInt32(clamping: time.rawValue / 1000)
  }

  /// A table with open addressing, whose size is a power of two.
  private struct Table: Sendable {
    private struct Slot: Sendable {
      var high: UInt64 = 0
      var low: UInt32 = 0
      /// The second in which the id is forgotten; 0 where there never was one.
      var expiry: UInt32 = 0

      init() {}

      init(_ id: IDHash, _ expiry: UInt32) {
        high = id.high
        low = UInt32(truncatingIfNeeded: id.low)
        // 0 is for slots that were never used.
        self.expiry = max(1, expiry)
      }

      func holds(_ id: IDHash) -> Bool {
        high == id.high && low == UInt32(truncatingIfNeeded: id.low)
      }
    }

    private var slots: [Slot] = []
    private var usedCount = 0

    var sizeInBytes: Int { slots.count * MemoryLayout<Slot>.stride }

    func contains(_ id: IDHash, at second: UInt32) -> Bool {
      guard let index = index(of: id) else { return false }
      return slots[index].expiry > second
    }

    mutating func insert(_ id: IDHash, until expiry: UInt32, now second: UInt32) {
      if let index = index(of: id) {
        slots[index].expiry = max(slots[index].expiry, expiry)
        return
      }
      if (usedCount + 1) * 5 > slots.count * 4 { rebuild(at: second) }
      put(Slot(id, expiry))
    }

    private func index(of id: IDHash) -> Int? {
      guard !slots.isEmpty else { return nil }
      var index = home(of: id.high)
      while slots[index].expiry != 0 {
        if slots[index].holds(id) { return index }
        index = (index + 1) & (slots.count - 1)
      }
      return nil
    }

    private func home(of high: UInt64) -> Int { Int(truncatingIfNeeded: high) & (slots.count - 1) }

    private mutating func put(_ slot: Slot) {
      var index = home(of: slot.high)
      while slots[index].expiry != 0 { index = (index + 1) & (slots.count - 1) }
      slots[index] = slot
      usedCount += 1
    }

    /// Makes room: without those whose time is over, and so that half of it is free.
    private mutating func rebuild(at second: UInt32) {
      let kept = slots.filter { $0.expiry > second }
      var size = 16
      while size < (kept.count + 1) * 2 { size *= 2 }
      slots = [Slot](repeating: Slot(), count: size)
      usedCount = 0
      for slot in kept { put(slot) }
    }
  }
}
