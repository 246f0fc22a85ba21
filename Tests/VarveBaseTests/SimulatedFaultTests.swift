import Testing
import VarveBase
import VarveTestKit

/// Crashes on schedule and the other ways in which a simulated disk can fail.
@Suite struct SimulatedFaultTests {
  /// Makes something of each kind of change.
  private func workload(_ disk: SimulatedFileSystem) throws(FileError) {
    try disk.createDirectory("/data/inner")
    let file = try disk.open("/data/file", .create)
    try file.write("written", at: 0)
    try file.resize(to: 100)
    try file.allocate(to: 200)
    try file.sync()
    try disk.syncDirectory("/data")
    try disk.rename("/data/file", to: "/data/renamed")
    try disk.remove("/data/renamed")
    try disk.removeDirectory("/data/inner")
    try disk.syncAll(below: "/data")
  }

  @Test func `a crash comes at each operation and stops all later ones`() throws {
    let rehearsal = SimulatedFileSystem(seed: 1)
    try workload(rehearsal)
    #expect(rehearsal.operationCount == 12)
    for operation in 1...rehearsal.operationCount {
      let disk = SimulatedFileSystem(seed: 1)
      disk.crash(at: operation)
      let error = failure { () throws(FileError) in try workload(disk) }
      #expect(error?.code == .io)
      #expect(error?.description.contains("simulated crash") == true)
      #expect(disk.hasCrashed)
      #expect(disk.operationCount == operation)
      #expect(
        failure { () throws(FileError) in _ = try disk.contents(ofDirectory: "/") }?.code == .io)
      #expect(throws: Never.self) { try disk.afterPowerLoss().syncAll(below: "/") }
      #expect(throws: Never.self) { try disk.afterProcessCrash().syncAll(below: "/") }
    }
  }

  @Test func `the operation that the crash comes at is done or not`() throws {
    var texts: Set<String> = []
    for seed in 0..<40 {
      let disk = SimulatedFileSystem(seed: UInt64(seed))
      let file = try disk.open("/file", .create)
      disk.crash(at: 2)
      _ = try? file.write("abc", at: 0)
      texts.insert(try disk.afterProcessCrash().open("/file", .read).text())
    }
    #expect(texts.contains("") && texts.contains("abc"))
    #expect(texts.isSubset(of: ["", "a", "ab", "abc"]))
  }

  @Test func `what is stored after the crash was never written`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let file = try disk.open("/file", .create)
    try file.allocate(to: 100)
    let mapping = try file.map(4096, writable: true)
    mapping.store("before", at: 0)
    disk.crash()
    mapping.store("after!", at: 0)
    #expect(mapping.text(0..<6) == "after!")
    #expect(try disk.afterProcessCrash().open("/file", .read).text(6) == "before")
    for seed in 0..<30 {
      let left = disk.afterPowerLoss(seed: UInt64(seed))
      guard try left.kind(of: "/file") != nil else { continue }
      #expect(try !left.open("/file", .read).text().contains("after!"))
    }
  }

  @Test func `what a failed sync was to write is not written by the next`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let file = try disk.open("/file", .create)
    try file.write(String(repeating: "o", count: 8192), at: 0)
    try disk.syncAll(below: "/")
    try file.write("new", at: 0)
    disk.failNext(.sync)
    #expect(failure { () throws(FileError) in try file.sync() }?.code == .io)
    try file.write("more", at: 5000)
    try file.sync()
    #expect(try file.text(3) == "new")

    let texts = try (0..<50).map { seed in
      try disk.afterPowerLoss(seed: UInt64(seed)).open("/file", .read)
    }
    #expect(try texts.allSatisfy { try $0.text(4, at: 5000) == "more" })
    #expect(try Set(texts.map { try $0.text(3) }).isSuperset(of: ["ooo", "new"]))
    // Written again, the page is one to write again.
    try file.write("newer", at: 0)
    try file.sync()
    #expect(try disk.afterPowerLoss().open("/file", .read).text(5) == "newer")
  }

  @Test func `a full disk refuses to allocate and writes what fits`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    disk.setCapacity(1000)
    let file = try disk.open("/file", .create)
    try file.allocate(to: 600)
    let error = failure { () throws(FileError) in try file.allocate(to: 1001) }
    #expect(error?.code == .noSpace)
    #expect(error?.remedy?.contains("free some space") == true)
    #expect(try file.byteCount() == 600)
    try file.allocate(to: 1000)
    try file.resize(to: 900)
    // A hole takes no space.
    try file.resize(to: 5000)
    try file.resize(to: 900)
    let other = try disk.open("/other", .create)
    #expect(
      failure { () throws(FileError) in
        try other.write(String(repeating: "x", count: 101), at: 0)
      }?.code == .noSpace)
    #expect(try other.byteCount() == 100)
  }

  @Test func `removing a file frees its space when the last that has it open lets go`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    disk.setCapacity(1000)
    var file: (any File)? = try disk.open("/file", .create)
    try file?.allocate(to: 1000)
    try disk.remove("/file")
    let other = try disk.open("/other", .create)
    #expect(failure { () throws(FileError) in try other.allocate(to: 10) }?.code == .noSpace)
    withExtendedLifetime(file) {}
    file = nil
    try other.allocate(to: 1000)
    #expect(try other.byteCount() == 1000)
  }

  @Test func `a read-only disk can be read and not changed`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let file = try disk.open("/file", .create)
    try file.write("text", at: 0)
    disk.setReadOnly(true)
    #expect(try disk.open("/file", .read).text() == "text")
    let codes = [
      failure { () throws(FileError) in _ = try disk.open("/file", .readWrite) },
      failure { () throws(FileError) in _ = try disk.open("/new", .create) },
      failure { () throws(FileError) in try disk.createDirectory("/new") },
      failure { () throws(FileError) in try file.write("x", at: 0) },
      failure { () throws(FileError) in try disk.rename("/file", to: "/new") },
      failure { () throws(FileError) in try disk.remove("/file") },
      failure { () throws(FileError) in _ = try disk.lock("/file") },
    ].map { $0?.code }
    #expect(codes.allSatisfy { $0 == .readOnly }, "\(codes)")
    try disk.createDirectory("/")
  }

  @Test func `too many open files are refused until one is let go`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    disk.setMaxOpenFiles(2)
    var first: (any File)? = try disk.open("/1", .create)
    let second = try disk.open("/2", .create)
    let error = failure { () throws(FileError) in _ = try disk.open("/3", .create) }
    #expect(error?.code == .tooManyOpenFiles)
    withExtendedLifetime((first, second)) {}
    first = nil
    _ = try disk.open("/3", .create)
  }

  @Test func `a rule decides what fails and operations are counted by path`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let files = try ["/a", "/b"].map { try disk.open($0, .create) }
    disk.fail { $0.path == "/a" && $0.kind == .write ? .permission : nil }
    #expect(failure { () throws(FileError) in try files[0].write("x", at: 0) }?.code == .permission)
    try files[1].write("x", at: 0)
    disk.fail(where: nil)
    try files[0].write("x", at: 0)
    for file in files { try file.sync() }
    try files[1].sync()
    #expect(disk.count(.sync) == 3)
    #expect(disk.count(.sync, path: "/b") == 2)
    #expect(disk.count(.syncDirectory) == 0)
  }

  @Test func `a store past the end of a mapped file stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let disk = SimulatedFileSystem(seed: 1)
      let file = try disk.open("/file", .create)
      let mapping = try file.map(1 << 20, writable: true)
      try file.allocate(to: 4096)
      mapping.store("within", at: 4000)
      mapping.store("past the end", at: 10_000)
    }
  }

  @Test func `many files come and go`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    for number in 0..<300 {
      let file = try disk.open("/file.tmp", .create)
      try file.write("\(number)", at: 0)
      try file.sync()
      try disk.rename("/file.tmp", to: "/file")
      try disk.syncDirectory("/")
    }
    #expect(try disk.afterPowerLoss().open("/file", .read).text() == "299")
  }
}
