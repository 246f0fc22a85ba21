#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A pipe by which other threads wake one that waits for descriptors.
@safe
package final class WakePipe: Sendable {
  package let readDescriptor: Int32
  private let writeDescriptor: Int32

  /// Nil where the system gives no more descriptors.
  package init?() {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    (readDescriptor, writeDescriptor) = (ends[0], ends[1])
    for end in ends { StreamSocket.makeNonBlocking(end) }
  }

  deinit {
    close(readDescriptor)
    close(writeDescriptor)
  }

  /// A pipe that is full wakes as well.
  package func wake() {
    var byte: UInt8 = 0
    _ = unsafe write(writeDescriptor, &byte, 1)
  }

  package func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while unsafe read(readDescriptor, &bytes, bytes.count) == bytes.count {}
  }
}
