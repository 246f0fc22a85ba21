internal import VarveBase

/// One file of a simulated disk, whatever names it has: its bytes as programs see them and as the
/// disk has them.
struct SimulatedFileContents: Sendable {
  private(set) var byteCount = 0
  /// Bytes that have blocks on the disk; a hole has none.
  private(set) var allocatedByteCount = 0
  /// Open files of it.
  var openCount = 0
  /// What a power loss leaves at least.
  private var durable = FileImage()
  /// The bytes when they were last looked at. They are what programs see while `memory` is nil.
  private var written = FileImage()
  private var memory: FileMemory?
  /// The least size since the last sync: what lay beyond was cut.
  private var leastByteCount = 0
  /// The pages that a failed sync took for written: the next one leaves them out.
  private var dropped: [Int: Page] = [:]

  init() {}

  private init(durable: FileImage, written: FileImage) {
    self.durable = durable
    self.written = written
    byteCount = written.byteCount
    allocatedByteCount = byteCount
    leastByteCount = min(durable.byteCount, byteCount)
  }

  // MARK: As programs see it

  mutating func read(_ range: Range<Int>) -> [UInt8] {
    let end = min(range.upperBound, byteCount)
    guard range.lowerBound < end else { return [] }
    return loaded().read(range.lowerBound..<end)
  }

  mutating func write(_ bytes: RawSpan, at position: Int) {
    let end = position + bytes.byteCount
    if end > byteCount { resize(to: end) }
    loaded().write(bytes, at: position)
    allocatedByteCount = max(allocatedByteCount, end)
  }

  mutating func resize(to newByteCount: Int) {
    makeRoom(for: newByteCount, mapped: false)
    loaded().resize(from: byteCount, to: newByteCount)
    byteCount = newByteCount
    leastByteCount = min(leastByteCount, newByteCount)
    allocatedByteCount = min(allocatedByteCount, newByteCount)
  }

  mutating func allocate(to newByteCount: Int) {
    if newByteCount > byteCount { resize(to: newByteCount) }
    allocatedByteCount = max(allocatedByteCount, newByteCount)
  }

  mutating func map(_ count: Int) -> FileMapping {
    makeRoom(for: max(count, byteCount), mapped: true)
    let memory = loaded()
    // Safety: within the capacity just made sure of, and the mapping keeps the memory.
    return unsafe FileMapping(base: memory.base, count: count) { withExtendedLifetime(memory) {} }
  }

  private mutating func loaded() -> FileMemory {
    if let memory { return memory }
    let loaded = FileMemory(written)
    memory = loaded
    return loaded
  }

  private mutating func makeRoom(for needed: Int, mapped: Bool) {
    if loaded().makeRoom(for: needed, of: byteCount, mapped: mapped) { return }
    precondition(
      isKnownUniquelyReferenced(&memory),
      "a simulated file cannot move while it is mapped: map it as large as it will get")
    look()
    memory = nil
    precondition(loaded().makeRoom(for: needed, of: byteCount, mapped: true))
  }

  // MARK: As the disk sees it

  /// Takes notice of what was stored through mappings.
  private mutating func look() {
    memory?.capture(byteCount, into: &written)
  }

  mutating func sync() {
    look()
    var synced = written
    dropped = dropped.filter { written[$0.key] == $0.value }
    var old = durable
    old.resize(to: byteCount)
    for page in dropped.keys { synced[page] = old[page] }
    durable = synced
    leastByteCount = byteCount
  }

  /// A sync that fails as Linux lets it: the pages are dropped from the list of those to write,
  /// though they are not on the disk.
  mutating func failSync() {
    look()
    for page in written.difference(from: durable) { dropped[page] = written[page] }
  }

  /// The file in a system of its own, as it is now: what a killed program leaves.
  mutating func afterProcessCrash() -> SimulatedFileContents {
    look()
    var copy = SimulatedFileContents(durable: durable, written: written)
    copy.allocatedByteCount = allocatedByteCount
    copy.leastByteCount = leastByteCount
    copy.dropped = dropped
    return copy
  }

  /// What a power loss leaves of it.
  mutating func afterPowerLoss(using random: inout SeededGenerator) -> SimulatedFileContents {
    look()
    let image = PowerLoss(durable: durable, written: written, leastByteCount: leastByteCount)
      .image(using: &random)
    return SimulatedFileContents(durable: image, written: image)
  }
}
