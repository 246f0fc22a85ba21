#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A pipe by which other threads wake one that waits for descriptors.
@safe
final class ThreadWaker: Sendable {
  let readDescriptor: Int32
  private let writeDescriptor: Int32

  init() throws(ClientError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw ClientError(.unreachable, "cannot make a pipe: \(ClientSocket.words(of: errno))")
    }
    (readDescriptor, writeDescriptor) = (ends[0], ends[1])
    for end in ends {
      _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    close(readDescriptor)
    close(writeDescriptor)
  }

  /// A pipe that is full wakes as well.
  func wake() {
    var byte: UInt8 = 0
    _ = unsafe write(writeDescriptor, &byte, 1)
  }

  func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while unsafe read(readDescriptor, &bytes, bytes.count) == bytes.count {}
  }
}
