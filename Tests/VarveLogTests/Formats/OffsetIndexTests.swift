import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

@Suite struct OffsetIndexTests {
  private let scratch = Scratch()

  private func open(
    _ name: String = "00000000000000001000.index", base: Offset = 1000, maxBytes: Int = 1 << 20,
    writable: Bool = true
  ) throws -> OffsetIndex {
    try OffsetIndex(
      scratch.files, path: scratch.path(name), baseOffset: base, maxBytes: maxBytes,
      writable: writable)
  }

  private func fill(_ index: OffsetIndex, _ entries: [OffsetIndex.Entry]) throws {
    for entry in entries {
      try index.reserve()
      #expect(index.append(offset: entry.offset, position: entry.position))
    }
  }

  @Test("G02: Kafka's offset indexes hold what its dump tool says")
  func kafkaIndexes() throws {
    for name in try Golden.files(".index") {
      let dumpName = name.replacing("/", with: "-")
      guard let expected = try? Golden.dump(dumpName) else { continue }
      let file = try #require(SegmentFileName(String(name.split(separator: "/")[1])))
      let index = try OffsetIndex(
        LocalFileSystem(), path: Golden.path("data/\(name)"), baseOffset: file.baseOffset,
        maxBytes: 0, writable: false)
      try index.verify()
      let lines = (0..<index.entryCount).map { position in
        let entry = index.entry(at: position)
        return "offset: \(entry.offset) position: \(entry.position)"
      }
      #expect(lines == expected, "\(name)")
    }
  }

  @Test("G04: entries appended again are Kafka's bytes, 8 for each")
  func sameBytes() throws {
    for name in try Golden.files(".index") {
      let file = try #require(SegmentFileName(String(name.split(separator: "/")[1])))
      let original = try OffsetIndex(
        LocalFileSystem(), path: Golden.path("data/\(name)"), baseOffset: file.baseOffset,
        maxBytes: 0, writable: false)
      let copyName = name.replacing("/", with: "-")
      let copy = try open(copyName, base: file.baseOffset)
      try fill(copy, (0..<original.entryCount).map(original.entry))
      try copy.trimToValidSize()
      #expect(try scratch.bytes(copyName) == Golden.bytes("data/\(name)"), "\(name)")
    }
  }

  @Test func `an empty index points to the start of its segment`() throws {
    let index = try open()
    #expect(index.lookup(0) == .init(offset: 1000, position: 0))
    #expect(index.lookup(5000) == .init(offset: 1000, position: 0))
    #expect(index.lastOffset == 1000)
    #expect(index.entryCount == 0)
    try index.sanityCheck()
  }

  /// The oracle is a scan of the same entries in an array.
  @Test("G02: lookups equal a linear scan", arguments: [UInt64(1), 2, 3])
  func lookups(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let index = try open()
    var entries: [OffsetIndex.Entry] = []
    var entry = OffsetIndex.Entry(offset: 1000, position: 0)
    for _ in 0..<500 {
      entry.offset = entry.offset + Int64.random(in: 1...300, using: &random)
      entry.position += Int.random(in: 1...9000, using: &random)
      entries.append(entry)
    }
    try fill(index, entries)
    for _ in 0..<2000 {
      let target = Offset(Int64.random(in: 900...Int64(1000 + 160 * 500), using: &random))
      let expected = entries.last { $0.offset <= target }
      #expect(
        index.lookup(target) == expected ?? .init(offset: 1000, position: 0), "seed \(seed)")
      let start = index.lookup(target)
      let byteCount = Int.random(in: 0...50_000, using: &random)
      let end = entries.first { $0.position >= start.position + byteCount }
      #expect(index.upperBound(of: start, byteCount: byteCount) == end, "seed \(seed)")
    }
  }

  @Test func `entries survive a reopen, and appending goes on behind them`() throws {
    try fill(open(), [.init(offset: 1010, position: 4100), .init(offset: 1020, position: 8200)])
    // Not trimmed: the file has reserved blocks of zeros behind the entries, as after a crash.
    #expect(try scratch.bytes("00000000000000001000.index").count > 16)
    let again = try open()
    #expect(again.entryCount == 2)
    try fill(again, [.init(offset: 1030, position: 12_300)])
    try again.trimToValidSize()
    let reader = try open(maxBytes: 0, writable: false)
    #expect(reader.entryCount == 3)
    #expect(reader.lookup(1025) == .init(offset: 1020, position: 8200))
    #expect(reader.lookup(2000) == .init(offset: 1030, position: 12_300))
  }

  @Test func `an entry that does not follow is left out`() throws {
    let index = try open()
    try fill(index, [.init(offset: 1010, position: 4100)])
    try index.reserve()
    #expect(!index.append(offset: 1010, position: 8200))
    #expect(!index.append(offset: 900, position: 8200))
    #expect(!index.append(offset: 1000 + Int64(Int32.max) + 1, position: 8200))
    #expect(!index.append(offset: 1020, position: Int(Int32.max) + 1))
    #expect(index.entryCount == 1)
  }

  @Test func `a full index says so and takes no more`() throws {
    let index = try open(maxBytes: 20)
    #expect(index.capacity == 2)
    try fill(index, [.init(offset: 1010, position: 4100), .init(offset: 1020, position: 8200)])
    #expect(index.isFull)
    try index.reserve()
    #expect(!index.append(offset: 1030, position: 12_300))
  }

  @Test func `truncation drops entries at and after the offset, on the disk too`() throws {
    let entries = (1...10).map {
      OffsetIndex.Entry(offset: 1000 + Int64($0) * 10, position: $0 * 4100)
    }
    for kept in 0...10 {
      let index = try open("\(kept).index")
      try fill(index, entries)
      index.truncate(to: 1000 + Int64(kept) * 10 + 1)
      #expect(index.entryCount == kept)
      #expect(try open("\(kept).index", writable: false).entryCount == kept)
      index.reset()
      #expect(try open("\(kept).index", writable: false).entryCount == 0)
    }
  }

  @Test func `a reader counts what a writer of another process has added`() throws {
    let writer = try open()
    try fill(writer, [.init(offset: 1010, position: 4100)])
    let reader = try open(writable: false)
    try fill(writer, [.init(offset: 1020, position: 8200), .init(offset: 1030, position: 12_300)])
    #expect(reader.entryCount == 1)
    try reader.refresh()
    #expect(reader.entryCount == 3)
  }

  @Test func `a file cut at any byte loses the entries past the cut and no others`() throws {
    let whole = try Golden.bytes("data/codecs-0/00000000000000000000.index")
    for count in 0...whole.count {
      let name = "cut\(count).index"
      try scratch.write(Array(whole[..<count]), to: name)
      let index = try open(name, base: 0)
      #expect(index.entryCount == count / 8)
      try index.verify()
    }
  }

  @Test func `an index that Kafka has preallocated is empty until there is an entry`() throws {
    let path = try scratch.path("kafka.index")
    try scratch.files.open(path, .create).resize(to: 10_485_760)
    #expect(try open("kafka.index", maxBytes: 0, writable: false).entryCount == 0)
    try fill(open("kafka.index", maxBytes: 10_485_760), [.init(offset: 1010, position: 4100)])
    #expect(try open("kafka.index", maxBytes: 0, writable: false).entryCount == 1)
    // What a writer opens is cut behind its entries and grows again in small steps.
    #expect(try scratch.bytes("kafka.index").count <= 16 << 10)
  }

  @Test func `an index that lies is found`() throws {
    let whole = try Golden.bytes("data/segments-0/00000000000000000000.index")
    let index = try open("whole.index", base: 0)
    _ = index
    /// Name, what is done to the bytes, whether the quick check at open already finds it.
    let damages: [(String, (inout [UInt8]) -> Void, Bool)] = [
      ("offset goes back", { $0.swapAt(3, 11) }, false),
      ("position goes back", { $0[12] = 0x40 }, false),
      ("negative offset in the middle", { $0[8] = 0xFF }, false),
      ("negative last offset", { $0[$0.count - 8] = 0x80 }, true),
      ("last position zero", { $0.replaceSubrange(($0.count - 4)..., with: [0, 0, 0, 0]) }, true),
      ("last offset past the log's end", { $0[$0.count - 8] = 0x7F }, true),
    ]
    for (name, damage, atOpen) in damages {
      var bytes = whole
      damage(&bytes)
      let path = try scratch.write(bytes, to: "\(name).index")
      let index = try open("\(name).index", base: 0, maxBytes: 0, writable: false)
      let verified = #expect(throws: LogError.self, "\(name)") {
        try index.verify()
        try index.sanityCheck(logEnd: .init(offset: 9136, position: 1_046_166))
      }
      #expect(verified?.code == .corrupt)
      #expect(verified?.file == path)
      if atOpen {
        #expect(throws: LogError.self, "\(name)") {
          try index.sanityCheck(logEnd: .init(offset: 9136, position: 1_046_166))
        }
      }
      // Lookups stay within the file whatever it says.
      for target in stride(from: Int64(0), through: 10_000, by: 37) {
        #expect(index.lookup(Offset(target)).position >= 0)
      }
    }
  }

  @Test func `a missing index is an error that names the file`() throws {
    let error = #expect(throws: LogError.self) { try open("missing.index", writable: false) }
    #expect(error?.code == .io)
    #expect(error?.description.contains("missing.index") == true)
  }

  @Test func `a renamed index goes on under its new name`() throws {
    let index = try open("a.index.cleaned")
    try fill(index, [.init(offset: 1010, position: 4100)])
    try index.rename(to: scratch.path("a.index"))
    #expect(try index.path == scratch.path("a.index"))
    try fill(index, [.init(offset: 1020, position: 8200)])
    #expect(try open("a.index", writable: false).entryCount == 2)
    try index.remove()
    #expect(try scratch.files.kind(of: scratch.path("a.index")) == nil)
    #expect(index.lookup(1015) == .init(offset: 1010, position: 4100))
  }

  /// Positions are three times the offset's distance: a reader that saw half an entry would find
  /// another. Meant for ThreadSanitizer as well.
  @Test func `readers without a lock see whole entries while a writer appends`() async throws {
    let index = try open()
    let total = 50_000
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for entry in 1...total {
          guard (try? index.reserve()) != nil,
            index.append(offset: Offset(1000 + Int64(entry)), position: 3 * entry)
          else { return false }
        }
        return true
      }
      for reader in 1...3 {
        group.addTask {
          var random = SeededGenerator(seed: UInt64(reader))
          // A number of rounds, not until the writer is done: it may wait for this thread.
          for _ in 0..<20_000 {
            let target = 1000 + Int64.random(in: 0...Int64(total), using: &random)
            let count = index.entryCount
            let entry = index.lookup(Offset(target))
            guard entry.position == 3 * Int(entry.offset.rawValue - 1000) else { return false }
            guard entry.offset.rawValue >= min(target, 1000 + Int64(count)) else { return false }
          }
          return true
        }
      }
      for await held in group { #expect(held) }
    }
  }
}
