#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// What a connection's thread may do after it waited.
struct ReadyDescriptors {
  var isReadable = false
  var isWritable = false
  var isWoken = false

  /// Blocks the thread until a connection can be read, or written where that is asked for, another
  /// thread wakes this one, or the time has come; nil for no time.
  static func wait(
    for descriptor: Int32, isWriting: Bool, wakeDescriptor: Int32?,
    until deadline: ContinuousClock.Instant?
  ) -> ReadyDescriptors {
    var entries = [
      pollfd(
        fd: descriptor, events: Int16(isWriting ? POLLIN | POLLOUT : POLLIN), revents: 0)
    ]
    if let wakeDescriptor {
      entries.append(pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0))
    }
    let count = unsafe poll(&entries, nfds_t(entries.count), milliseconds(until: deadline))
    guard count > 0 else { return ReadyDescriptors() }
    // An error shows in the next read.
    let failed = Int16(POLLERR | POLLHUP | POLLNVAL)
    return ReadyDescriptors(
      isReadable: entries[0].revents & (Int16(POLLIN) | failed) != 0,
      isWritable: entries[0].revents & Int16(POLLOUT) != 0,
      isWoken: entries.count > 1 && entries[1].revents != 0)
  }

  /// Rounded up, so that the time has come afterwards.
  private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let (seconds, attoseconds) = (deadline - .now).components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return Int32(max(0, seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1))
  }
}
