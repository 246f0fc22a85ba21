import Testing
import VarveBase
import VarveTestKit

@Suite struct AtomicFileTests {
  @Test(arguments: DiskKind.allCases)
  func `a file is replaced as a whole and read as a whole`(kind: DiskKind) throws {
    let disk = try kind.make()
    let file = AtomicFile(disk.path("checkpoint"), on: disk.files)
    #expect(try file.read() == nil)
    // What a crash left of an earlier attempt.
    try disk.write("much longer than what follows", to: "checkpoint.tmp")
    try file.replace(with: Array("first".utf8))
    #expect(try file.read() == Array("first".utf8))
    try file.replace(with: [])
    #expect(try file.read() == [])
    #expect(try disk.files.contents(ofDirectory: disk.root) == ["checkpoint"])
  }

  /// Every crash point, with several power losses at each.
  @Test func `whatever happens the old bytes or the new ones are found`() throws {
    let old = [UInt8](repeating: 1, count: 5000)
    let new = [UInt8](repeating: 2, count: 9000)
    var found: Set<[UInt8]> = []
    for crash in 1...6 {
      for seed in 0..<40 {
        let disk = SimulatedFileSystem(seed: UInt64(seed))
        try disk.createDirectory("/data")
        try disk.syncDirectory("/")
        let file = AtomicFile("/data/checkpoint", on: disk)
        try file.replace(with: old)
        disk.crash(at: disk.operationCount + crash)
        let isDone = (try? file.replace(with: new)) != nil

        let bytes = try AtomicFile("/data/checkpoint", on: disk.afterPowerLoss()).read()
        let left = try #require(bytes, "crash \(crash) seed \(seed)")
        #expect(left == old || left == new, "crash \(crash) seed \(seed)")
        if isDone { #expect(left == new) }
        found.insert(left)
      }
    }
    #expect(found == [old, new])
  }

  @Test(arguments: [DiskOperation.Kind.create, .write, .sync, .rename])
  func `a step that fails leaves the old bytes`(kind: DiskOperation.Kind) throws {
    let disk = SimulatedFileSystem(seed: 1)
    let file = AtomicFile("/checkpoint", on: disk)
    try file.replace(with: [1])
    disk.failNext(kind, .noSpace)
    let error = failure { () throws(FileError) in try file.replace(with: [2]) }
    #expect(error?.code == .noSpace)
    #expect(try file.read() == [1])
    #expect(try AtomicFile("/checkpoint", on: disk.afterPowerLoss()).read() == [1])
    try file.replace(with: [2])
    #expect(try file.read() == [2])
  }
}
