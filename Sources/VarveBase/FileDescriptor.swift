#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// An open file descriptor, closed when it goes out of scope. Not passed on to programs started
/// by this one.
struct FileDescriptor: ~Copyable {
  let number: Int32

  /// Opens `path` with the flags of open(2).
  init(opening path: String, _ flags: Int32, mode: mode_t = 0o644) throws(FileError) {
    number = try systemCall("open", path) { unsafe open(path, flags | O_CLOEXEC, mode) }
  }

  deinit {
    // Not repeated on EINTR: Linux has closed it by then, and the number may be another's already.
    // Nothing is lost with an error either: what must reach the disk was synced before.
    _ = close(number)
  }
}
