import CSpawn
package import Foundation
import Glibc

/// A program that a test runs. Foundation's `Process` reads past the end of the list of open files
/// once there are more than 1,354 of them, which a test run has now and then.
package struct ChildProcess: Sendable {
  /// Where the program's output goes.
  package enum Output: Sendable {
    case inherited
    case discarded
    case file(String)
    case pipe(Pipe)
  }

  package let processID: Int32

  /// Starts a program, which is looked for on the path where it is not a path itself.
  ///
  /// It starts in `directory`, or in that of the tests; with `environment`, or with that of the
  /// tests; with no open file but its three, and with the signals of a fresh process.
  package init(
    _ program: String, _ arguments: [String] = [], directory: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    input: String = "/dev/null", output: Output = .inherited, errors: Output = .inherited
  ) throws {
    let files = try FileActions(input: input, output: output, errors: errors, directory: directory)
    defer { files.destroy() }
    var attributes = try FreshSignals()
    defer { attributes.destroy() }
    processID = try withStrings([program] + arguments) { arguments in
      try withStrings(environment.map { "\($0)=\($1)" }) { environment in
        var found: Int32 = 0
        try check(
          posix_spawnp(
            &found, program, files.value, &attributes.value, arguments, environment))
        return found
      }
    }
    for case .pipe(let pipe) in [output, errors] { try pipe.fileHandleForWriting.close() }
  }

  package func kill() {
    Glibc.kill(processID, SIGKILL)
  }

  /// Waits for the program's end, which may be done once. Returns what it returned, or the number
  /// of the signal that ended it and 128, as a shell has it.
  package func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  /// Runs a program to its end. Returns what it wrote, and how it ended.
  package static func run(
    _ program: String, _ arguments: [String]
  ) throws -> (output: Data, status: Int32) {
    let pipe = Pipe()
    let process = try ChildProcess(program, arguments, output: .pipe(pipe))
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    return (output, process.wait())
  }
}

/// What the new process does with files before it is the program.
private struct FileActions {
  let value = UnsafeMutablePointer<posix_spawn_file_actions_t>.allocate(capacity: 1)

  init(
    input: String, output: ChildProcess.Output, errors: ChildProcess.Output, directory: String?
  ) throws {
    try check(posix_spawn_file_actions_init(value))
    try check(posix_spawn_file_actions_addopen(value, 0, input, O_RDONLY, 0))
    try add(output, as: 1)
    try add(errors, as: 2)
    if let directory { try check(posix_spawn_file_actions_addchdir_np(value, directory)) }
    try check(posix_spawn_file_actions_addclosefrom_np(value, 3))
  }

  private func add(_ output: ChildProcess.Output, as descriptor: Int32) throws {
    switch output {
    case .inherited: break
    case .discarded: try add(.file("/dev/null"), as: descriptor)
    case .file(let path):
      let mode = O_WRONLY | O_CREAT | O_TRUNC
      try check(posix_spawn_file_actions_addopen(value, descriptor, path, mode, 0o600))
    case .pipe(let pipe):
      let end = pipe.fileHandleForWriting.fileDescriptor
      try check(posix_spawn_file_actions_adddup2(value, end, descriptor))
    }
  }

  func destroy() {
    posix_spawn_file_actions_destroy(value)
    value.deallocate()
  }
}

/// A thread of Dispatch blocks signals, and a program inherits what is blocked.
private struct FreshSignals {
  var value = posix_spawnattr_t()

  init() throws {
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    try check(posix_spawnattr_init(&value))
    try check(posix_spawnattr_setsigmask(&value, &none))
    try check(posix_spawnattr_setsigdefault(&value, &all))
    try check(
      posix_spawnattr_setflags(&value, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)))
  }

  mutating func destroy() {
    posix_spawnattr_destroy(&value)
  }
}

private func check(_ code: Int32) throws {
  if code != 0 { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
}

/// Runs `body` with the strings as C has them: an array of pointers that ends with null.
private func withStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
) rethrows -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return try body(copies + [nil])
}
