import Glibc
import Testing
import VarveBase
import VarveTestKit

/// What a power loss may leave on the simulated disk, against a model that knows all that each
/// file has been.
@Suite struct PowerLossTests {
  @Test(arguments: 0..<100)
  func `synced bytes are there and others are those of a moment since`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let disk = SimulatedFileSystem(seed: seed)
    let file = try disk.open("/file", .create)
    try disk.syncDirectory("/")
    var model = FileModel()
    let mapping = try file.map(1 << 17, writable: true)
    for _ in 0..<30 {
      try step(file, mapping, &model, &random)
      for crash in 0..<4 {
        let after = disk.afterPowerLoss(seed: seed &* 1000 &+ UInt64(crash))
        let left = try after.open("/file", .read).readAll()
        try #require(model.problem(with: left) == nil, "seed \(seed)")
      }
    }
    try disk.syncAll(below: "/")
    #expect(try disk.afterPowerLoss().open("/file", .read).readAll() == model.now)
  }

  private func step(
    _ file: any File, _ mapping: FileMapping, _ model: inout FileModel,
    _ random: inout SeededGenerator
  ) throws {
    let position = Int.random(in: 0..<40_000, using: &random)
    let bytes = [UInt8](
      repeating: UInt8.random(in: 1...255, using: &random),
      count: Int.random(in: 0..<9000, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      try file.sync()
      model.sync()
    case 1:
      try file.resize(to: position)
      model.resize(to: position)
    case 2:
      try file.allocate(to: position)
      model.resize(to: max(position, model.now.count))
    case 3:
      try file.write(bytes.span.bytes, at: position)
      model.write(bytes, at: position)
    default:
      let count = min(bytes.count, model.now.count - position)
      guard count > 0 else { return }
      mapping.store(bytes.span.bytes.extracting(first: count), at: position)
      model.write(Array(bytes[..<count]), at: position)
    }
    #expect(try file.readAll() == model.now)
  }

  @Test(arguments: 0..<200)
  func `a directory holds the names of a moment since its sync`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let disk = SimulatedFileSystem(seed: seed)
    let directories = ["/a", "/a/b"]
    try disk.createDirectory("/a/b")
    try disk.syncAll(below: "/")
    var moments: [String: Set<[String]>] = ["/a": [["b"]], "/a/b": [[]]]
    for _ in 0..<12 {
      let directory = directories[Int.random(in: 0...1, using: &random)]
      let path = "\(directory)/\(Int.random(in: 0..<4, using: &random))"
      let target = directories[Int.random(in: 0...1, using: &random)]
      switch Int.random(in: 0..<4, using: &random) {
      case 0: try? disk.remove(path)
      case 1: try? disk.rename(path, to: "\(target)/\(Int.random(in: 0..<4, using: &random))")
      case 2 where Bool.random(using: &random):
        try disk.syncDirectory(directory)
        moments[directory] = []
      default: _ = try disk.open(path, .create)
      }
      for each in directories {
        moments[each]?.insert(try disk.contents(ofDirectory: each))
      }
      let after = disk.afterPowerLoss()
      for each in directories {
        let names = try after.contents(ofDirectory: each)
        try #require(moments[each]?.contains(names) == true, "seed \(seed) \(each)")
      }
    }
  }

  @Test(arguments: [DirectoryCrash.prefix, .any])
  func `a file renamed over another is one of the two and never missing`(
    order: DirectoryCrash
  ) throws {
    let disk = try renamed()
    var seen: Set<String> = []
    for seed in 0..<100 {
      let after = disk.afterPowerLoss(seed: UInt64(seed), directories: order)
      seen.insert(try after.open("/data/file", .read).text())
    }
    #expect(seen == ["old", "new"])
    try disk.syncDirectory("/data")
    #expect(try disk.afterPowerLoss(directories: order).open("/data/file", .read).text() == "new")
  }

  private func renamed() throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: 3)
    try disk.createDirectory("/data")
    try disk.open("/data/file", .create).write("old", at: 0)
    try disk.syncAll(below: "/")
    let file = try disk.open("/data/file.tmp", .create)
    try file.write("new", at: 0)
    try file.sync()
    try disk.rename("/data/file.tmp", to: "/data/file")
    return disk
  }

  @Test(arguments: [DirectoryCrash.prefix, .any])
  func `a file moved between directories is in one of them`(order: DirectoryCrash) throws {
    let disk = SimulatedFileSystem(seed: 3)
    for path in ["/a", "/b", "/c"] { try disk.createDirectory(path) }
    try disk.open("/a/file", .create).write("bytes", at: 0)
    try disk.syncAll(below: "/")
    try disk.rename("/a/file", to: "/b/file")
    try disk.rename("/b/file", to: "/c/file")
    var seen: Set<String> = []
    for seed in 0..<100 {
      let after = disk.afterPowerLoss(seed: UInt64(seed), directories: order)
      let found = try ["/a/file", "/b/file", "/c/file"].filter { try after.kind(of: $0) != nil }
      try #require(found.count == 1)
      seen.formUnion(found)
      #expect(try after.open(found[0], .read).text() == "bytes")
    }
    #expect(seen == ["/a/file", "/b/file", "/c/file"])

    // Syncing one of the directories of a rename brings both, and what came before in them.
    try disk.syncDirectory("/c")
    let after = disk.afterPowerLoss(directories: order)
    #expect(try after.kind(of: "/c/file") == .file)
    #expect(try after.contents(ofDirectory: "/a") == [])
  }

  @Test func `every outcome of an unsynced page comes up and tears lie between sectors`() throws {
    let disk = SimulatedFileSystem(seed: 5)
    let file = try disk.open("/file", .create)
    try file.write(String(repeating: "o", count: 8192), at: 0)
    try disk.syncAll(below: "/")
    try file.write(String(repeating: "n", count: 8192), at: 0)
    var pages: Set<String> = []
    var tears = 0
    for seed in 0..<200 {
      let left = try disk.afterPowerLoss(seed: UInt64(seed)).open("/file", .read).readAll()
      #expect(left.count == 8192)
      for sector in stride(from: 0, to: 8192, by: 512) {
        #expect(Set(left[sector..<sector + 512]).count == 1, "seed \(seed)")
      }
      let kinds = [left[..<4096], left[4096...]].map { Set($0).count > 1 ? "torn" : "\($0.last!)" }
      pages.insert(kinds.joined(separator: " "))
      if kinds.contains("torn") { tears += 1 }
    }
    #expect(pages.count == 9, "\(pages)")
    #expect((20..<150).contains(tears))
  }

  @Test func `a cut that was not synced is there or not but never by half`() throws {
    let disk = SimulatedFileSystem(seed: 6)
    let file = try disk.open("/file", .create)
    try file.write(String(repeating: "o", count: 20_000), at: 0)
    try disk.syncAll(below: "/")
    try file.resize(to: 10_000)
    try file.resize(to: 20_000)
    var outcomes: Set<String> = []
    for seed in 0..<100 {
      let left = try disk.afterPowerLoss(seed: UInt64(seed)).open("/file", .read).readAll()
      #expect(left[..<10_000].allSatisfy { $0 == UInt8(ascii: "o") })
      let beyond = Set(left[10_000...])
      #expect(beyond.count <= 1, "seed \(seed): old bytes and zeros")
      outcomes.insert(beyond.first.map { $0 == 0 ? "zeros" : "lost" } ?? "cut")
    }
    #expect(outcomes == ["zeros", "lost", "cut"])
  }

  @Test func `a file created and synced is lost with its name`() throws {
    let disk = SimulatedFileSystem(seed: 7)
    let file = try disk.open("/file", .create)
    try file.write("synced", at: 0)
    try file.sync()
    let outcomes = try (0..<50).map { seed in
      try disk.afterPowerLoss(seed: UInt64(seed)).kind(of: "/file")
    }
    #expect(Set(outcomes) == [.file, nil])
    try disk.syncDirectory("/")
    #expect(try disk.afterPowerLoss().open("/file", .read).text() == "synced")
  }

  @Test func `the same seed and the same operations leave the same disk`() throws {
    func leftBehind() throws -> [[String]] {
      try (0..<20).map { seed in
        let disk = try renamed()
        _ = try disk.open("/data/more", .create)
        let after = disk.afterPowerLoss(seed: UInt64(seed)).afterPowerLoss()
        return try after.contents(ofDirectory: "/data").map { name in
          try name + after.open("/data/" + name, .read).text()
        }
      }
    }
    #expect(try leftBehind() == leftBehind())
  }

  @Test func `a killed program loses nothing and a power loss after it may`() throws {
    let disk = SimulatedFileSystem(seed: 9)
    let file = try disk.open("/file", .create)
    try file.allocate(to: 100)
    let mapping = try file.map(4096, writable: true)
    mapping.store("stored", at: 10)
    let lock = try disk.lock("/lock")
    let killed = disk.afterProcessCrash()
    mapping.store("later!", at: 10)
    #expect(try killed.open("/file", .read).text(6, at: 10) == "stored")
    _ = try killed.lock("/lock")
    withExtendedLifetime(lock) {}

    let outcomes = try (0..<50).map { seed in
      try killed.afterPowerLoss(seed: UInt64(seed)).kind(of: "/file")
    }
    #expect(Set(outcomes) == [.file, nil])
  }
}

/// A file as all that it has been since its last sync: each sector is then, after a power loss,
/// that of one of those moments, or where the file was cut inside of it a mixture.
private struct FileModel {
  static let room = 51_200
  /// The bytes, and zeros behind them.
  private var bytes = [UInt8](repeating: 0, count: room)
  private var byteCount = 0
  private var moments: [[UInt8]] = []
  private var sizes: Set<Int> = [0]
  private var cuts: Set<Int> = []

  init() { moments = [bytes] }

  var now: [UInt8] { Array(bytes[..<byteCount]) }

  mutating func sync() {
    moments = [bytes]
    sizes = [byteCount]
    cuts = []
  }

  mutating func resize(to count: Int) {
    if count < byteCount {
      bytes.replaceSubrange(count..<byteCount, with: repeatElement(0, count: byteCount - count))
      cuts.insert(count / 512)
    }
    byteCount = count
    moments.append(bytes)
    sizes.insert(count)
  }

  mutating func write(_ new: [UInt8], at position: Int) {
    guard !new.isEmpty else { return }
    bytes.replaceSubrange(position..<position + new.count, with: new)
    byteCount = max(byteCount, position + new.count)
    moments.append(bytes)
    sizes.insert(byteCount)
  }

  func problem(with left: [UInt8]) -> String? {
    guard let least = sizes.min(), let most = sizes.max(), (least...most).contains(left.count)
    else { return "size \(left.count) of \(sizes)" }
    for start in stride(from: 0, to: left.count, by: 512) {
      let sector = start..<min(start + 512, left.count)
      if moments.contains(where: { $0.agrees(with: left, in: sector) }) { continue }
      let isMixture = sector.allSatisfy { index in
        moments.contains { $0[index] == left[index] }
      }
      guard isMixture, cuts.contains(start / 512) else { return "sector \(sector)" }
    }
    return nil
  }
}

extension [UInt8] {
  /// Compared as C does: tests run unoptimised.
  fileprivate func agrees(with other: [UInt8], in range: Range<Int>) -> Bool {
    withUnsafeBytes { left in
      other.withUnsafeBytes { right in
        memcmp(
          left.baseAddress! + range.lowerBound,
          right.baseAddress! + range.lowerBound, range.count) == 0
      }
    }
  }
}
