import Glibc
import VarveBase
import VarveTestKit

/// A file system mounted for one test, and unmounted when let go.
package final class MountedDisk {
  package let path: String
  private let directory: TemporaryDirectory

  /// Why there is no disk.
  package struct CannotMount: Error {
    package let errno: Int32
  }

  /// A disk of that size in memory.
  package init(byteCount: Int) throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/disk"
    try LocalFileSystem().createDirectory(path)
    guard mount("none", path, "tmpfs", 0, "size=\(byteCount)") == 0 else {
      throw CannotMount(errno: errno)
    }
  }

  /// A directory at a second place, where even root can change nothing.
  package init(readOnly shown: String) throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/disk"
    try LocalFileSystem().createDirectory(path)
    for flags in [MS_BIND, MS_BIND | MS_REMOUNT | MS_RDONLY] {
      guard mount(shown, path, nil, UInt(flags), nil) == 0 else { throw CannotMount(errno: errno) }
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Takes all that is free, but for so many bytes, with a file that can be removed.
  package func fill(leaving byteCount: Int = 0, as name: String = "filler") throws {
    let files = LocalFileSystem()
    let file = try files.open("\(path)/\(name)", .create)
    let free = try files.space(at: path).availableBytes
    try file.allocate(to: max(free - byteCount, 1))
  }

  /// Why these tests do not run everywhere: only root may mount.
  package static let canMount: Bool = {
    guard let disk = try? MountedDisk(byteCount: 4096) else { return false }
    return withExtendedLifetime(disk) { true }
  }()
}
