/// What a program asks of a simulated disk.
package struct DiskOperation: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    // These change something: a crash can come at each.
    case createDirectory = "mkdir"
    case create
    case write
    case resize = "ftruncate"
    case allocate = "fallocate"
    case sync = "fdatasync"
    case rename
    case remove = "unlink"
    case removeDirectory = "rmdir"
    case syncDirectory = "fsync"
    case syncAll = "syncfs"
    // These don't.
    case open
    case read
    case map = "mmap"
    case list = "opendir"
    case look = "stat"
    case lock = "flock"

    package var changes: Bool {
      switch self {
      case .createDirectory, .create, .write, .resize, .allocate, .sync, .rename, .remove,
        .removeDirectory, .syncDirectory, .syncAll:
        true
      case .open, .read, .map, .list, .look, .lock: false
      }
    }

    var syncs: Bool { self == .sync || self == .syncDirectory || self == .syncAll }

    /// The system call that the real file system would make, as its errors name it.
    var systemName: String { self == .create ? "open" : rawValue }
  }

  package let kind: Kind
  package let path: String
}
