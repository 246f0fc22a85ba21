import Glibc
import Testing
import VarveBase
import VarveTestKit

/// A file system mounted for one test, and unmounted when let go.
final class MountedDisk {
  let path: String
  private let directory: TemporaryDirectory

  /// A disk of that size in memory.
  init(byteCount: Int) throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/disk"
    try LocalFileSystem().createDirectory(path)
    try #require(
      mount("none", path, "tmpfs", 0, "size=\(byteCount)") == 0, "mount: errno \(errno)")
  }

  /// A directory at a second place, where even root can change nothing.
  init(readOnly shown: String) throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/disk"
    try LocalFileSystem().createDirectory(path)
    for flags in [MS_BIND, MS_BIND | MS_REMOUNT | MS_RDONLY] {
      try #require(mount(shown, path, nil, UInt(flags), nil) == 0, "mount: errno \(errno)")
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Why these tests do not run everywhere: only root may mount.
  static let canMount: Bool = {
    guard let disk = try? MountedDisk(byteCount: 4096) else { return false }
    return withExtendedLifetime(disk) { true }
  }()
}
