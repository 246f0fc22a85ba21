/// A set of offsets of one partition: a bit each, in chunks, of which full ones cost nothing but
/// their place. A million offsets in no order take 128 KiB.
package struct OffsetSet: Equatable, Sendable {
  private static let wordsPerChunk = 64
  private static let chunkBits: Int64 = 12

  private enum Chunk: Equatable, Sendable {
    case full
    case some([UInt64])
  }

  private var chunks: [Int64: Chunk] = [:]
  /// There are no chunks before it.
  private var lowest: Int64 = .min
  /// How many offsets are in it.
  package private(set) var count: Int64 = 0

  package init() {}

  /// The pieces that it is kept in.
  var chunkCount: Int { chunks.count }

  package static func == (left: Self, right: Self) -> Bool { left.chunks == right.chunks }

  package func contains(_ offset: Int64) -> Bool {
    switch chunks[offset >> Self.chunkBits] {
    case nil: return false
    case .full?: return true
    case .some(let words)?:
      let (word, bit) = Self.place(of: offset)
      return words[word] & (1 << bit) != 0
    }
  }

  package mutating func insert(_ offset: Int64) { insert(offset...offset) }

  package mutating func insert(_ range: ClosedRange<Int64>) {
    var first = range.lowerBound
    while first <= range.upperBound {
      let chunk = first >> Self.chunkBits
      let end = (chunk + 1) << Self.chunkBits
      insert(first..<min(end, range.upperBound + 1), in: chunk)
      first = end
    }
  }

  /// Takes out all offsets before `start`.
  package mutating func removeAll(before start: Int64) {
    let first = start >> Self.chunkBits
    if first > lowest {
      for key in chunks.keys.filter({ $0 < first }) { drop(key) }
      lowest = first
    }
    guard case .some(var words)? = expanded(first) else { return }
    let before = Self.count(words)
    let (word, bit) = Self.place(of: start)
    for index in 0..<word { words[index] = 0 }
    words[word] &= ~((1 << bit) - 1)
    let after = Self.count(words)
    count -= before - after
    set(words, after, at: first)
  }

  /// The first offset from `start` on that is not in the set.
  package func firstMissing(from start: Int64) -> Int64 {
    var offset = start
    while true {
      switch chunks[offset >> Self.chunkBits] {
      case nil: return offset
      case .full?: offset = ((offset >> Self.chunkBits) + 1) << Self.chunkBits
      case .some(let words)?:
        let end = ((offset >> Self.chunkBits) + 1) << Self.chunkBits
        let missing = Self.firstMissing(in: words, from: offset)
        if missing < end { return missing }
        offset = end
      }
    }
  }

  /// The offsets as ranges, in order, each as long as it can be.
  package var ranges: [ClosedRange<Int64>] {
    var ranges: [ClosedRange<Int64>] = []
    for key in chunks.keys.sorted() {
      let start = key << Self.chunkBits
      guard case .some(let words)? = expanded(key) else { continue }
      var offset: Int64 = 0
      while let first = Self.next(in: words, from: offset, isSet: true) {
        let end = Self.next(in: words, from: first, isSet: false) ?? (1 << Self.chunkBits)
        Self.append(start + first...start + end - 1, to: &ranges)
        offset = end
      }
    }
    return ranges
  }

  // MARK: Chunks

  private mutating func insert(_ offsets: Range<Int64>, in key: Int64) {
    lowest = min(lowest, key)
    if case .full? = chunks[key] { return }
    let size = 1 << Self.chunkBits
    if offsets.count == size {
      drop(key)
      count += Int64(size)
      chunks[key] = .full
      return
    }
    var words: [UInt64]
    if case .some(let known)? = chunks[key] {
      words = known
      // Taken out, so that changing it does not copy it.
      chunks[key] = nil
    } else {
      words = [UInt64](repeating: 0, count: Self.wordsPerChunk)
    }
    let before = Self.count(words)
    for offset in offsets {
      let (word, bit) = Self.place(of: offset)
      words[word] |= 1 << bit
    }
    let after = Self.count(words)
    count += after - before
    set(words, after, at: key)
  }

  private mutating func set(_ words: [UInt64], _ count: Int64, at key: Int64) {
    switch count {
    case 0: chunks[key] = nil
    case 1 << Self.chunkBits: chunks[key] = .full
    default: chunks[key] = .some(words)
    }
  }

  private mutating func drop(_ key: Int64) {
    switch chunks.removeValue(forKey: key) {
    case nil: break
    case .full?: count -= 1 << Self.chunkBits
    case .some(let words)?: count -= Self.count(words)
    }
  }

  private func expanded(_ key: Int64) -> Chunk? {
    guard case .full? = chunks[key] else { return chunks[key] }
    return .some([UInt64](repeating: .max, count: Self.wordsPerChunk))
  }

  // MARK: Bits

  private static func place(of offset: Int64) -> (word: Int, bit: Int) {
    let position = Int(offset & ((1 << chunkBits) - 1))
    return (position >> 6, position & 63)
  }

  private static func count(_ words: [UInt64]) -> Int64 {
    words.reduce(0) { $0 + Int64($1.nonzeroBitCount) }
  }

  private static func firstMissing(in words: [UInt64], from offset: Int64) -> Int64 {
    let start = (offset >> chunkBits) << chunkBits
    let missing = next(in: words, from: offset - start, isSet: false)
    return start + (missing ?? 1 << chunkBits)
  }

  /// The first position from `position` on whose bit is as asked.
  private static func next(in words: [UInt64], from position: Int64, isSet: Bool) -> Int64? {
    var word = Int(position >> 6)
    var mask = UInt64.max << UInt64(position & 63)
    while word < wordsPerChunk {
      let bits = (isSet ? words[word] : ~words[word]) & mask
      if bits != 0 { return Int64(word << 6 + bits.trailingZeroBitCount) }
      mask = .max
      word += 1
    }
    return nil
  }

  private static func append(_ range: ClosedRange<Int64>, to ranges: inout [ClosedRange<Int64>]) {
    if let last = ranges.last, last.upperBound + 1 == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound...range.upperBound
    } else {
      ranges.append(range)
    }
  }
}
