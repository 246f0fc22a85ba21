#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A running program whose output this one reads.
final class WorkerProcess {
  private let processID: pid_t
  private let output: Int32
  private var hasEnded = false

  /// - Parameter words: the program, looked for on the path where it has no slash, and its words.
  init(_ words: [String]) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Self.failure("make a pipe", errno) }
    // Only as its standard output is the writing end the child's.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, words[0], &actions, nil, &arguments, environ)
    _ = close(ends[1])
    guard status == 0 else {
      _ = close(ends[0])
      throw Self.failure("start \(words[0])", status)
    }
    (processID, output) = (child, ends[0])
  }

  deinit {
    kill()
    _ = close(output)
  }

  /// Waits for a line that says so; false where the program ended instead.
  func hasBegunBatch() throws -> Bool {
    var buffer: [UInt8] = []
    repeat {
      buffer.removeAll()
      if try System.read(1, from: output, onto: &buffer) == 0 { return false }
    } while buffer[0] != UInt8(ascii: "\n")
    return true
  }

  /// Reads to the end of the program. Throws where it failed.
  func end() throws {
    var buffer: [UInt8] = []
    while try System.read(4096, from: output, onto: &buffer) > 0 { buffer.removeAll() }
    let status = wait()
    guard status == 0 else { throw CommandError("the worker ended with status \(status)") }
  }

  /// Ends the program on the spot, and waits until it is gone.
  func kill() {
    guard !hasEnded else { return }
    _ = sendSignal(processID, SIGKILL)
    _ = wait()
  }

  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
    hasEnded = true
    return status
  }

  private static func failure(_ what: String, _ code: Int32) -> CommandError {
    CommandError("cannot \(what): \(String(cString: strerror(code)))")
  }
}

// Inside of the class this name means its own function.
private func sendSignal(_ process: pid_t, _ signal: Int32) -> Int32 { kill(process, signal) }
