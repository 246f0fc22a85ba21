#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Makes a system call that answers -1 and `errno` when it fails.
///
/// Repeats it when a signal interrupted it. A wrong descriptor or address traps: only a bug of
/// ours can pass one.
func systemCall<Result: SignedInteger>(
  _ operation: StaticString, _ path: String, _ call: () -> Result
) throws(FileError) -> Result {
  while true {
    let result = call()
    guard result < 0 else { return result }
    let number = errno
    switch number {
    case EINTR: continue
    case EBADF, EFAULT: preconditionFailure("\(operation) \(path): bad descriptor or address")
    default: throw FileError(operation: "\(operation)", path: path, errno: number)
    }
  }
}

extension FileError {
  /// What the system's error number means here.
  init(operation: String, path: String, errno number: Int32) {
    self.init(
      Code(errno: number), operation: operation, path: path, errno: number,
      reason: Self.words(number))
  }

  /// The system's words for an error number.
  private static func words(_ number: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension FileError.Code {
  /// The one place where the system's numbers become our codes.
  init(errno number: Int32) {
    switch number {
    case ENOENT: self = .notFound
    case EEXIST, ENOTEMPTY: self = .exists
    case EWOULDBLOCK: self = .locked
    case ENOSPC, EDQUOT: self = .noSpace
    case EROFS: self = .readOnly
    case EACCES, EPERM: self = .permission
    case EMFILE, ENFILE: self = .tooManyOpenFiles
    case ENOTDIR: self = .notADirectory
    case EISDIR: self = .isDirectory
    case ENOMEM: self = .noMemory
    case EIO: self = .io
    default: self = .other
    }
  }
}
