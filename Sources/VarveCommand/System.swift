#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The calls to the system that the command makes itself.
enum System {
  enum Stream: Int32, Sendable { case input = 0, output, error }

  /// Writes all of it. Throws `OutputClosed` or `CommandError`.
  static func writeAll(_ bytes: [UInt8], to stream: Stream) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(stream.rawValue, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if count >= 0 {
        done += count
      } else if errno == EPIPE {
        throw OutputClosed()
      } else if errno != EINTR {
        throw CommandError("cannot write to the standard output: \(reason())")
      }
    }
  }

  /// Whether a stream is a terminal that a person looks at.
  static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// All of the environment.
  static var environment: [String: String] {
    var all: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        all[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return all
  }

  /// Opens a file to be read. Throws `CommandError`.
  static func openFile(_ path: String) throws -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw CommandError("cannot open \(path): \(reason())") }
    return descriptor
  }

  /// Whether there is anything at a path.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The size of a file; nil for what has none, such as a pipe.
  static func size(of descriptor: Int32) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Reads up to `count` bytes onto the end of `buffer` and returns how many it was: 0 at the end.
  /// Throws `CancellationError` where the task is cancelled while there is nothing to read.
  static func read(_ count: Int, from descriptor: Int32, onto buffer: inout [UInt8]) throws -> Int {
    try waitForInput(descriptor)
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: count))
    var end = start
    defer { buffer.removeLast(buffer.count - end) }
    while true {
      let got = buffer.withUnsafeMutableBytes {
        // A descriptor's bytes go to the room made above.
        unistdRead(descriptor, $0.baseAddress.map { $0 + start }, count)
      }
      if got >= 0 {
        end = start + got
        return got
      }
      if errno != EINTR { throw CommandError("cannot read the input: \(reason())") }
    }
  }

  private static func waitForInput(_ descriptor: Int32) throws {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // A look every 100 ms at whether the user has pressed ^C.
    while poll(&entry, 1, 100) == 0 { try Task.checkCancellation() }
    try Task.checkCancellation()
  }

  static func close(_ descriptor: Int32) { unistdClose(descriptor) }

  /// A pipe whose reader has gone makes writes fail, instead of ending the program on the spot.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Lets the process have as many open files as the system allows it without being asked: each
  /// connection is one, and so is each segment that is written.
  static func raiseFileLimit() {
    var limit = rlimit()
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    guard getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // Where that is refused the limit stays as it was.
    _ = setrlimit(files, &limit)
  }

  static var processID: Int32 { getpid() }

  static func sleep(microseconds: UInt32) { usleep(microseconds) }

  static func end(with status: Int32) -> Never { exit(status) }

  private static func reason() -> String { String(cString: strerror(errno)) }
}

// Inside `System` these names mean its own functions.
private func unistdRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int)
  -> Int
{ read(descriptor, buffer, count) }

private func unistdClose(_ descriptor: Int32) { _ = close(descriptor) }
