import Testing
import VarveBase
import VarveTestKit

/// What every file system keeps to. Each law runs on the real one and on the simulated one, so
/// that what is found on the simulated disk holds on the real one.
@Suite struct FileSystemLawTests {
  @Test(arguments: DiskKind.allCases)
  func `names come sorted and files are told from directories`(kind: DiskKind) throws {
    let disk = try kind.make()
    try disk.files.createDirectory(disk.path("b"))
    try disk.write("x", to: "c")
    try disk.write("y", to: "a")
    try disk.write("z", to: "b/inner")

    #expect(try disk.files.contents(ofDirectory: disk.root) == ["a", "b", "c"])
    #expect(try disk.files.contents(ofDirectory: disk.path("b")) == ["inner"])
    #expect(try disk.files.kind(of: disk.path("a")) == .file)
    #expect(try disk.files.kind(of: disk.path("b")) == .directory)
    #expect(try disk.files.kind(of: disk.path("d")) == nil)
    #expect(try disk.files.kind(of: disk.path("a/below-a-file")) == nil)
  }

  @Test(arguments: DiskKind.allCases)
  func `directories are made with those above them and made again without harm`(
    kind: DiskKind
  ) throws {
    let disk = try kind.make()
    try disk.files.createDirectory(disk.path("one/two/three"))
    try disk.write("kept", to: "one/two/three/file")
    try disk.files.createDirectory(disk.path("one/two/three/"))
    #expect(try disk.text("one/two/three/file") == "kept")

    try disk.write("x", to: "file")
    #expect(
      failure { () throws(FileError) in
        try disk.files.createDirectory(disk.path("file"))
      }?.code == .exists)
    #expect(
      failure { () throws(FileError) in
        try disk.files.createDirectory(disk.path("file/below"))
      }?.code == .notADirectory)
  }

  @Test(arguments: DiskKind.allCases)
  func `opening tells what is wrong with the path`(kind: DiskKind) throws {
    let disk = try kind.make()
    try disk.write("x", to: "file")
    let cases: [(String, FileAccess, FileError.Code)] = [
      ("missing", .read, .notFound), ("missing", .readWrite, .notFound),
      ("missing/file", .create, .notFound), ("file/below", .create, .notADirectory),
      ("", .read, .isDirectory), ("", .readWrite, .isDirectory), ("", .create, .isDirectory),
    ]
    for (name, access, code) in cases {
      let error = failure { () throws(FileError) in
        _ = try disk.files.open(disk.path(name), access)
      }
      #expect(error?.code == code, "\(name) \(access)")
      #expect(error?.path == disk.path(name))
      #expect(error?.operation == "open")
    }
  }

  @Test(arguments: DiskKind.allCases)
  func `create keeps the bytes of a file that exists`(kind: DiskKind) throws {
    let disk = try kind.make()
    try disk.write("kept", to: "file")
    #expect(try disk.files.open(disk.path("file"), .create).text() == "kept")
  }

  @Test(arguments: DiskKind.allCases)
  func `reads end at the end of the file and writes lengthen it with a hole`(
    kind: DiskKind
  ) throws {
    let disk = try kind.make()
    let file = try disk.write("hello", to: "file")
    #expect(try file.read(100, at: 3) == Array("lo".utf8))
    #expect(try file.read(100, at: 5) == [])
    #expect(try file.read(100, at: 5000) == [])
    #expect(try file.read(0, at: 0) == [])

    try file.write("end", at: 10_000)
    #expect(try file.byteCount() == 10_003)
    let bytes = try file.readAll()
    #expect(bytes[5..<10_000].allSatisfy { $0 == 0 })
    #expect(String(decoding: bytes[10_000...], as: UTF8.self) == "end")
    try file.write("", at: 20_000)
    #expect(try file.byteCount() == 10_003)
  }

  @Test(arguments: DiskKind.allCases)
  func `what was cut off comes back as zeros`(kind: DiskKind) throws {
    let disk = try kind.make()
    let file = try disk.write("0123456789", to: "file")
    try file.resize(to: 4)
    #expect(try file.text() == "0123")
    try file.resize(to: 8)
    #expect(try file.readAll() == Array("0123".utf8) + [0, 0, 0, 0])

    try file.resize(to: 0)
    try file.allocate(to: 9000)
    #expect(try file.readAll() == [UInt8](repeating: 0, count: 9000))
  }

  @Test(arguments: DiskKind.allCases)
  func `allocating keeps the bytes and never shortens`(kind: DiskKind) throws {
    let disk = try kind.make()
    let file = try disk.write("0123456789", to: "file")
    try file.allocate(to: 3)
    try file.allocate(to: 0)
    #expect(try file.text() == "0123456789")
    try file.allocate(to: 12)
    #expect(try file.readAll() == Array("0123456789".utf8) + [0, 0])
  }

  @Test(arguments: DiskKind.allCases)
  func `a mapping past the end shows the bytes that the file grows to`(kind: DiskKind) throws {
    let disk = try kind.make()
    let file = try disk.write("head", to: "file")
    let mapping = try file.map(1 << 20, writable: true)
    #expect(mapping.count == 1 << 20)
    #expect(mapping.text(0..<4) == "head")

    try file.allocate(to: 100_000)
    mapping.store("through the mapping", at: 70_000)
    #expect(try file.text(19, at: 70_000) == "through the mapping")
    try file.write("through the file", at: 80_000)
    #expect(mapping.text(80_000..<80_016) == "through the file")

    let second = try disk.files.open(disk.path("file"), .read).map(100_000, writable: false)
    mapping.publish(0xDEAD_BEEF, at: 90_000)
    #expect(second.loadPublished(at: 90_000) == 0xDEAD_BEEF)
    for advice in [MappingAdvice.sequential, .random, .willNeed, .large] {
      mapping.advise(advice, 4_097..<90_000)
    }
    #expect(mapping.text(70_000..<70_019) == "through the mapping")
  }

  @Test(arguments: DiskKind.allCases)
  func `cutting a mapped file and growing it again gives zeros`(kind: DiskKind) throws {
    let disk = try kind.make()
    let file = try disk.files.open(disk.path("file"), .create)
    let mapping = try file.map(1 << 20, writable: true)
    try file.allocate(to: 20_000)
    mapping.store("first", at: 0)
    mapping.store("beyond", at: 10_000)
    try file.resize(to: 100)
    try file.allocate(to: 20_000)
    #expect(mapping.text(0..<5) == "first")
    #expect(mapping.slice(100..<20_000).allSatisfy { $0 == 0 })
  }

  @Test(arguments: DiskKind.allCases)
  func `files stay readable through what holds them after their name is gone`(
    kind: DiskKind
  ) throws {
    let disk = try kind.make()
    var file: (any File)? = try disk.write("still here", to: "file")
    let mapping = try #require(try file?.map(10, writable: false))
    try disk.files.remove(disk.path("file"))
    #expect(try disk.files.kind(of: disk.path("file")) == nil)
    #expect(try file?.text() == "still here")
    file = nil
    #expect(mapping.text(0..<10) == "still here")
    #expect(
      failure { () throws(FileError) in
        try disk.files.remove(disk.path("file"))
      }?.code == .notFound)

    let again = try disk.files.open(disk.path("file"), .create)
    #expect(try again.byteCount() == 0)
  }

  @Test(arguments: DiskKind.allCases)
  func `renaming replaces a file and moves a directory with what is in it`(kind: DiskKind) throws {
    let disk = try kind.make()
    try disk.write("old", to: "target")
    let old = try disk.files.open(disk.path("target"), .read)
    let new = try disk.write("new", to: "source")
    try disk.files.rename(disk.path("source"), to: disk.path("target"))
    #expect(try disk.text("target") == "new")
    #expect(try old.text() == "old")
    #expect(try disk.files.contents(ofDirectory: disk.root) == ["target"])
    // An open file follows its bytes, not its name.
    try new.write("NEW", at: 0)
    #expect(try disk.text("target") == "NEW")

    try disk.files.createDirectory(disk.path("from/inner"))
    try disk.write("deep", to: "from/inner/file")
    try disk.files.rename(disk.path("from"), to: disk.path("to"))
    #expect(try disk.text("to/inner/file") == "deep")
    #expect(try disk.files.kind(of: disk.path("from")) == nil)
    try disk.files.rename(disk.path("to/inner/file"), to: disk.path("moved"))
    #expect(try disk.text("moved") == "deep")
  }

  @Test(arguments: DiskKind.allCases)
  func `renaming refuses what cannot be replaced`(kind: DiskKind) throws {
    let disk = try kind.make()
    try disk.write("x", to: "file")
    try disk.files.createDirectory(disk.path("full/inner"))
    try disk.files.createDirectory(disk.path("empty"))
    let cases: [(String, String, FileError.Code)] = [
      ("missing", "new", .notFound), ("file", "missing/new", .notFound),
      ("file", "full", .isDirectory), ("empty", "file", .notADirectory),
      ("empty", "full", .exists), ("full", "full/inner/self", .other),
    ]
    for (from, to, code) in cases {
      let error = failure { () throws(FileError) in
        try disk.files.rename(disk.path(from), to: disk.path(to))
      }
      #expect(error?.code == code, "\(from) to \(to)")
    }
    try disk.files.rename(disk.path("full"), to: disk.path("empty"))
    try disk.files.rename(disk.path("file"), to: disk.path("file"))
    #expect(try disk.files.contents(ofDirectory: disk.root) == ["empty", "file"])
  }

  @Test(arguments: DiskKind.allCases)
  func `directories go with all that is in them and files are not directories`(
    kind: DiskKind
  ) throws {
    let disk = try kind.make()
    try disk.files.createDirectory(disk.path("top/inner/most"))
    try disk.write("x", to: "top/inner/file")
    try disk.files.removeDirectory(disk.path("top"))
    #expect(try disk.files.contents(ofDirectory: disk.root) == [])

    try disk.write("x", to: "file")
    try disk.files.createDirectory(disk.path("directory"))
    let errors = [
      failure { () throws(FileError) in try disk.files.removeDirectory(disk.path("file")) }?.code,
      failure { () throws(FileError) in try disk.files.removeDirectory(disk.path("no")) }?.code,
      failure { () throws(FileError) in try disk.files.remove(disk.path("directory")) }?.code,
      failure { () throws(FileError) in try disk.files.syncDirectory(disk.path("no")) }?.code,
      failure { () throws(FileError) in try disk.files.syncDirectory(disk.path("file")) }?.code,
      failure { () throws(FileError) in
        _ = try disk.files.contents(ofDirectory: disk.path("file"))
      }?.code,
      failure { () throws(FileError) in
        _ = try disk.files.contents(ofDirectory: disk.path("no"))
      }?.code,
    ]
    #expect(
      errors == [
        .notADirectory, .notFound, .isDirectory, .notFound, .notADirectory, .notADirectory,
        .notFound,
      ])
  }

  @Test(arguments: DiskKind.allCases)
  func `a lock has one holder until it is let go`(kind: DiskKind) throws {
    let disk = try kind.make()
    var held: (any FileLock)? = try disk.files.lock(disk.path(".lock"))
    let error = failure { () throws(FileError) in _ = try disk.files.lock(disk.path(".lock")) }
    #expect(error?.code == .locked)
    #expect(error?.description.contains("has it open") == true)
    withExtendedLifetime(held) {}
    held = nil
    _ = try disk.files.lock(disk.path(".lock"))
    #expect(try disk.files.kind(of: disk.path(".lock")) == .file)
  }

  @Test(arguments: DiskKind.allCases)
  func `syncing succeeds on what exists`(kind: DiskKind) throws {
    let disk = try kind.make()
    let file = try disk.write("x", to: "file")
    try file.sync()
    try disk.files.syncDirectory(disk.root)
    try disk.files.syncAll(below: disk.root)
  }
}
