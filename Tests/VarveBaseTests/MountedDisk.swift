import Glibc
import Testing
import VarveBase
import VarveTestKit

/// A small file system of its own in memory, mounted for one test and unmounted when let go.
final class MountedDisk {
  let path: String
  private let directory: TemporaryDirectory

  init(byteCount: Int) throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/disk"
    try LocalFileSystem().createDirectory(path)
    try #require(
      mount("none", path, "tmpfs", 0, "size=\(byteCount)") == 0, "mount: errno \(errno)")
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Makes it read-only: even root can change nothing then.
  func makeReadOnly() {
    let flags = UInt(MS_REMOUNT | MS_RDONLY)
    #expect(mount("none", path, "tmpfs", flags, nil) == 0, "remount: errno \(errno)")
  }

  /// Why these tests do not run everywhere: only root may mount.
  static let canMount: Bool = {
    guard let disk = try? MountedDisk(byteCount: 4096) else { return false }
    return withExtendedLifetime(disk) { true }
  }()
}
