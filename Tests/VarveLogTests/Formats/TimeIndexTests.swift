import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

@Suite struct TimeIndexTests {
  private let scratch = Scratch()

  private func open(
    _ name: String = "00000000000000001000.timeindex", base: Offset = 1000,
    maxBytes: Int = 1 << 20, writable: Bool = true
  ) throws -> TimeIndex {
    try TimeIndex(
      scratch.files, path: scratch.path(name), baseOffset: base, maxBytes: maxBytes,
      writable: writable)
  }

  private func golden(_ name: String) throws -> TimeIndex {
    let file = try #require(SegmentFileName(String(name.split(separator: "/")[1])))
    return try TimeIndex(
      LocalFileSystem(), path: Golden.path("data/\(name)"), baseOffset: file.baseOffset,
      maxBytes: 0, writable: false)
  }

  @Test("G03: Kafka's time indexes hold what its dump tool says")
  func kafkaIndexes() throws {
    for name in try Golden.files(".timeindex") {
      guard let expected = try? Golden.dump(name.replacing("/", with: "-")) else { continue }
      let index = try golden(name)
      try index.verify()
      let lines = (0..<index.entryCount).map { position in
        let entry = index.entry(at: position)
        return "timestamp: \(entry.timestamp) offset: \(entry.offset)"
      }
      #expect(lines == expected, "\(name)")
    }
  }

  @Test("G04: entries appended again are Kafka's bytes, 12 for each")
  func sameBytes() throws {
    for name in try Golden.files(".timeindex") {
      let original = try golden(name)
      let copyName = name.replacing("/", with: "-")
      let copy = try open(copyName, base: original.baseOffset)
      for entry in (0..<original.entryCount).map(original.entry) {
        try copy.reserve()
        #expect(copy.append(entry.timestamp, offset: entry.offset))
      }
      try copy.trimToValidSize()
      #expect(try scratch.bytes(copyName) == Golden.bytes("data/\(name)"), "\(name)")
    }
  }

  @Test func `an empty index points to the start of its segment`() throws {
    let index = try open()
    #expect(index.lookup(0) == .init(timestamp: .none, offset: 1000))
    #expect(index.lastEntry == .init(timestamp: .none, offset: 1000))
    try index.sanityCheck()
  }

  /// The oracle is a scan of the same entries in an array. Batches come with timestamps out of
  /// order; what is indexed is the greatest so far, as a segment does it.
  @Test("G03: lookups equal a linear scan", arguments: [UInt64(1), 2, 3])
  func lookups(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let index = try open()
    var entries: [TimeIndex.Entry] = []
    var greatest = TimeIndex.Entry(timestamp: .none, offset: 1000)
    for batch in 0..<500 {
      let timestamp = Timestamp(Int64.random(in: 0...100_000, using: &random) + Int64(batch) * 100)
      if timestamp > greatest.timestamp {
        greatest = .init(timestamp: timestamp, offset: 1000 + Int64(batch) * 7)
      }
      try index.reserve()
      let isNew = greatest.timestamp > entries.last?.timestamp ?? .none
      #expect(index.append(greatest.timestamp, offset: greatest.offset) == isNew)
      if isNew { entries.append(greatest) }
    }
    #expect(index.entryCount == entries.count)
    for _ in 0..<2000 {
      let target = Timestamp(Int64.random(in: -1...160_000, using: &random))
      let expected = entries.last { $0.timestamp <= target }
      #expect(
        index.lookup(target) == expected ?? .init(timestamp: .none, offset: 1000), "seed \(seed)")
    }
  }

  @Test func `one place is kept for the entry that a segment gets when it is sealed`() throws {
    let index = try open(maxBytes: 3 * 12)
    for step in 1...2 {
      try index.reserve()
      #expect(index.append(Timestamp(Int64(step)), offset: 1000 + Int64(step)))
    }
    #expect(index.isFull)
    try index.reserve()
    #expect(!index.append(3, offset: 1003))
    #expect(index.append(3, offset: 1003, evenIfFull: true))
    #expect(!index.append(4, offset: 1004, evenIfFull: true))
    #expect(index.lastEntry == .init(timestamp: 3, offset: 1003))
  }

  @Test func `truncation drops entries at and after the offset, on the disk too`() throws {
    for kept in 0...10 {
      let index = try open("\(kept).timeindex")
      for step in 1...Int64(10) {
        try index.reserve()
        index.append(Timestamp(step), offset: 1000 + step * 10)
      }
      index.truncate(to: 1000 + Int64(kept) * 10 + 1)
      #expect(index.entryCount == kept)
      #expect(try open("\(kept).timeindex", writable: false).entryCount == kept)
    }
  }

  @Test func `a first record at time zero is an entry of zeros`() throws {
    let index = try open(base: 0)
    try index.reserve()
    #expect(index.append(0, offset: 0))
    try index.trimToValidSize()
    let again = try open(base: 0)
    #expect(again.entryCount == 1)
    #expect(again.lastEntry == .init(timestamp: 0, offset: 0))
  }

  @Test func `a file cut at any byte loses the entries past the cut and no others`() throws {
    let whole = try Golden.bytes("data/codecs-0/00000000000000000000.timeindex")
    for count in 0...whole.count {
      let name = "cut\(count).timeindex"
      try scratch.write(Array(whole[..<count]), to: name)
      let index = try open(name, base: 0)
      #expect(index.entryCount == count / 12)
      try index.verify()
    }
  }

  @Test func `an index that lies is found`() throws {
    let whole = try Golden.bytes("data/segments-0/00000000000000000000.timeindex")
    let damages: [(String, (inout [UInt8]) -> Void)] = [
      ("time goes back", { $0[12 + 2] = 0 }),
      ("offset goes back", { $0[12 + 8] = 0xFF }),
      ("last time before the first", { $0[$0.count - 12] = 0x80 }),
      ("last offset past the log's end", { $0[$0.count - 4] = 0x7F }),
    ]
    for (name, damage) in damages {
      var bytes = whole
      damage(&bytes)
      try scratch.write(bytes, to: "\(name).timeindex")
      let index = try open("\(name).timeindex", base: 0, maxBytes: 0, writable: false)
      let error = #expect(throws: LogError.self, "\(name)") {
        try index.verify()
        try index.sanityCheck(endOffset: 9136)
      }
      #expect(error?.code == .corrupt)
    }
  }
}
