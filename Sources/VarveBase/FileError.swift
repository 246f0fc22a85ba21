/// A failed operation on a file.
package struct FileError: Error, CustomStringConvertible {
  package enum Code: Sendable {
    case notFound, exists, locked, noSpace, readOnly, permission, tooManyOpenFiles
    case notADirectory, isDirectory
    /// No memory, or no room for another mapping.
    case noMemory
    /// The disk failed, or a simulated crash came.
    case io
    case other
  }

  package let code: Code
  /// What was tried: `open`, `fdatasync` …
  package let operation: String
  package let path: String
  /// The system's number, 0 where it did not come from the system.
  package let errno: Int32
  /// The system's words.
  package let reason: String

  package init(
    _ code: Code, operation: String, path: String, errno: Int32 = 0, reason: String
  ) {
    self.code = code
    self.operation = operation
    self.path = path
    self.errno = errno
    self.reason = reason
  }

  package var description: String {
    let failure = "\(operation) \(path): \(reason)"
    return remedy.map { "\(failure); \($0)" } ?? failure
  }

  /// What to do about it, where that is known.
  package var remedy: String? {
    switch code {
    case .locked: "another process or another log in this one has it open: close that first"
    case .noSpace: "free some space on that disk (or quota) and try again"
    case .readOnly: "mount the file system writable, or open the log read-only"
    case .permission: "give this user access to it"
    case .tooManyOpenFiles: "raise the limit (ulimit -n) or close some files"
    case .notADirectory: "a part of the path is a file: choose another path"
    case .isDirectory: "it is a directory: choose another path"
    case .noMemory: "free memory, or raise vm.max_map_count"
    case .io: "the disk may be failing: check the system's log before you go on"
    case .notFound, .exists, .other: nil
    }
  }
}
