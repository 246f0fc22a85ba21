import Glibc
import Testing
import VarveBase
import VarveTestKit
import VarveTestSupport

/// What only the real disk can show: its faults, and other processes.
@Suite struct LocalFileSystemTests {
  private let files = LocalFileSystem()

  @Test(
    "G14: a full disk is one typed error, changes nothing and serves again when freed",
    .enabled(if: MountedDisk.canMount, "only root may mount a small disk"))
  func fullDisk() throws {
    let disk = try MountedDisk(byteCount: 256 << 10)
    let file = try files.open(disk.path + "/file", .create)
    try file.allocate(to: 64 << 10)
    try file.write("kept", at: 0)
    let error = failure { () throws(FileError) in try file.allocate(to: 1 << 20) }
    #expect(error?.code == .noSpace)
    #expect(error?.errno == ENOSPC)
    #expect(
      error?.description == "fallocate \(disk.path)/file: No space left on device; "
        + "free some space on that disk (or quota) and try again")
    #expect(try file.byteCount() == 64 << 10)
    #expect(try file.text(4) == "kept")

    // The blocks that the failed call may have taken are free again.
    let other = try files.open(disk.path + "/other", .create)
    try other.allocate(to: 128 << 10)
    let text = String(repeating: "x", count: 256 << 10)
    #expect(failure { () throws(FileError) in try other.write(text, at: 0) }?.code == .noSpace)
    try files.remove(disk.path + "/file")
  }

  @Test(
    "G14: a read-only disk can be read and each change is one typed error",
    .enabled(if: MountedDisk.canMount, "only root may mount a disk, and root may write anywhere"))
  func readOnlyDisk() throws {
    let directory = try TemporaryDirectory()
    try files.createDirectory(directory.path + "/directory")
    try files.open(directory.path + "/file", .create).write("text", at: 0)
    let disk = try MountedDisk(readOnly: directory.path)
    let path = disk.path + "/file"
    #expect(try files.open(path, .read).text() == "text")
    #expect(try files.open(path, .read).map(4, writable: false).text(0..<4) == "text")
    try files.createDirectory(disk.path + "/directory")
    let errors = [
      failure { () throws(FileError) in _ = try files.open(path, .readWrite) },
      failure { () throws(FileError) in _ = try files.open(disk.path + "/new", .create) },
      failure { () throws(FileError) in try files.createDirectory(disk.path + "/new") },
      failure { () throws(FileError) in try files.rename(path, to: disk.path + "/new") },
      failure { () throws(FileError) in try files.remove(path) },
      failure { () throws(FileError) in try files.removeDirectory(disk.path + "/directory") },
      failure { () throws(FileError) in _ = try files.lock(disk.path + "/lock") },
    ]
    #expect(errors.allSatisfy { $0?.code == .readOnly }, "\(errors)")
    #expect(errors.allSatisfy { $0?.remedy?.contains("open the log read-only") == true })
  }

  @Test("G14: too many open files are one typed error and serve again when closed")
  func tooManyOpenFiles() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let files = LocalFileSystem()
      var limit = rlimit(rlim_cur: 256, rlim_max: 256)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      var open: [any File] = []
      let error = failure { () throws(FileError) in
        for number in 0..<300 {
          open.append(try files.open("\(directory.path)/\(number)", .create))
        }
      }
      #expect(error?.code == .tooManyOpenFiles)
      #expect(error?.remedy?.contains("ulimit -n") == true)
      open.removeLast(5)
      _ = try files.open("\(directory.path)/again", .create)
    }
  }

  @Test func `a lock held by another process is refused and ends when that is killed`() async throws
  {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/lock"
    let held = try files.lock(path)
    await #expect(processExitsWith: .success) { [path = path as String] in
      let files = LocalFileSystem()
      #expect(failure { () throws(FileError) in _ = try files.lock(path) }?.code == .locked)
    }
    withExtendedLifetime(held) {}
    let second = directory.path + "/second"
    await #expect(processExitsWith: .signal(SIGKILL)) { [second = second as String] in
      let lock = try LocalFileSystem().lock(second)
      withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
    }
    _ = try files.lock(second)
  }

  @Test func `a killed process leaves what it stored`() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/file"
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let file = try LocalFileSystem().open(path, .create)
      try file.allocate(to: 8192)
      let mapping = try file.map(1 << 20, writable: true)
      mapping.store("stored", at: 5000)
      kill(getpid(), SIGKILL)
    }
    #expect(try files.open(path, .read).text(6, at: 5000) == "stored")
  }

  @Test func `writing to a file opened to read is a bug and stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let directory = try TemporaryDirectory()
      let path = directory.path + "/file"
      _ = try LocalFileSystem().open(path, .create)
      try LocalFileSystem().open(path, .read).write("x", at: 0)
    }
  }

  @Test func `a link to a directory is removed and what it leads to stays`() throws {
    let directory = try TemporaryDirectory()
    try files.createDirectory(directory.path + "/outside")
    _ = try files.open(directory.path + "/outside/kept", .create)
    try files.createDirectory(directory.path + "/removed")
    #expect(symlink("../outside", directory.path + "/removed/link") == 0)
    try files.removeDirectory(directory.path + "/removed")
    #expect(try files.contents(ofDirectory: directory.path + "/outside") == ["kept"])
  }

  @Test(arguments: [
    ("/a/b", "/a"), ("/a/", "/"), ("/a//b/", "/a"), ("a/b", "a"), ("/", nil), ("a", nil),
    ("a/", nil), ("", nil),
  ])
  func `the parent of a path is what holds its last name`(path: String, parent: String?) {
    #expect(parentDirectory(of: path) == parent)
  }
}
