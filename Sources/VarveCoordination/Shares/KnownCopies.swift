/// The records that were left out as copies of a message, and which one each is a copy of.
///
/// Whether a message is a copy depends on all before it with its id: one that is first here may be
/// a copy there, and then its own copies are none. So what was decided is stored, and holds however
/// late in the log a restart begins to look.
struct KnownCopies: Sendable {
  /// Of as many as that it is known. A restart that has to know of more takes a copy for a first,
  /// as if the window began anew with it.
  static let countMax = 10_000

  struct Copy: Equatable, Sendable {
    let offset: Int64
    let first: Int64
  }

  /// In the order of offsets.
  private var copies: [Copy] = []

  /// The last ones.
  var all: ArraySlice<Copy> { copies.suffix(Self.countMax) }
  var count: Int { min(copies.count, Self.countMax) }

  /// What the record at an offset is a copy of.
  subscript(offset: Int64) -> Int64? {
    let index = index(of: offset)
    guard index < copies.count, copies[index].offset == offset else { return nil }
    return copies[index].first
  }

  mutating func insert(_ copy: Copy) {
    let index = index(of: copy.offset)
    guard index == copies.count || copies[index].offset != copy.offset else { return }
    copies.insert(copy, at: index)
    if copies.count >= 2 * Self.countMax { copies.removeFirst(copies.count - Self.countMax) }
  }

  /// The place of an offset, or of the next one.
  private func index(of offset: Int64) -> Int {
    var (low, high) = (0, copies.count)
    while low < high {
      let middle = (low + high) / 2
      if copies[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
