package import VarveBase

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A directory of its own for one test on the real disk, removed with all in it when let go.
package final class TemporaryDirectory: Sendable {
  package let path: String

  /// Made in `TMPDIR`, or else `/tmp`.
  package init() throws(FileError) {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/varve-XXXXXX".utf8CString)
    guard let made = unsafe mkdtemp(&template) else {
      throw FileError(.other, operation: "mkdtemp", path: parent, errno: errno, reason: "failed")
    }
    path = unsafe String(cString: made)
  }

  deinit { try? LocalFileSystem().removeDirectory(path) }
}
