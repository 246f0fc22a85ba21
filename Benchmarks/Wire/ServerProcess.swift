import Glibc

/// Another process that serves clients: what it takes of the machine, as `/proc` says.
struct ServerProcess: Sendable {
  let id: pid_t

  /// This one.
  static var own: ServerProcess { ServerProcess(id: getpid()) }

  /// The time that processors spent for it, in seconds: its own and the system's on its behalf.
  var cpuSeconds: Double {
    guard let text = Machine.text("/proc/\(id)/stat"), let end = text.lastIndex(of: ")") else {
      return .nan
    }
    // Behind the name: the state is field 3, the times are fields 14 and 15.
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      return .nan
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// The memory that is its own, in bytes. The page cache is not, be it mapped or not: all that
  /// keep a log have the log there.
  var ownBytes: Int { memory("RssAnon:") }

  /// All of its memory that is there, with the page cache that it has mapped, in bytes.
  var residentBytes: Int { memory("VmRSS:") }

  private func memory(_ field: String) -> Int {
    guard let status = Machine.text("/proc/\(id)/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(field) }),
      let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    else { return 0 }
    return kibibytes << 10
  }

  /// Whether it has not ended. Only of a child of this process.
  var isRunning: Bool { waitpid(id, nil, WNOHANG) == 0 }

  /// Ends it at once, and waits for that. Only a child of this process.
  func kill() {
    Glibc.kill(id, SIGKILL)
    waitpid(id, nil, 0)
  }
}

extension ServerProcess {
  /// Starts a program, by another name if one is given, with what it says going to a file.
  init(
    starting path: String, as name: String? = nil, _ words: [String], output: String
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    var arguments = ([name ?? path] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    guard posix_spawn(&process, path, &actions, nil, &arguments, environ) == 0 else {
      throw BenchmarkFailure("cannot start \(path)")
    }
    id = process
  }

  /// The process of this machine that listens at a port. Throws where none of ours does.
  init(listeningAt port: UInt16) throws {
    let sockets = Set(
      ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { Self.listeners(at: port, in: $0) })
    let found = Self.entries(of: "/proc").compactMap { pid_t($0) }.first { process in
      Self.entries(of: "/proc/\(process)/fd").contains { descriptor in
        sockets.contains(Self.target(of: "/proc/\(process)/fd/\(descriptor)"))
      }
    }
    guard let found else {
      throw BenchmarkFailure(
        "no process of this machine that this user may look at listens at port \(port)")
    }
    id = found
  }

  /// The sockets that listen at a port, as links of descriptors name them.
  private static func listeners(at port: UInt16, in table: String) -> [String] {
    let suffix = ":" + hexadecimal(port)
    return (Machine.text(table) ?? "").split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      // Local address, state (0A: it listens) and inode.
      guard fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == "0A" else { return nil }
      return "socket:[\(fields[9])]"
    }
  }

  private static func hexadecimal(_ port: UInt16) -> String {
    let digits = String(port, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }

  private static func entries(of directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func target(of link: String) -> String {
    var bytes = [CChar](repeating: 0, count: 128)
    let count = readlink(link, &bytes, bytes.count)
    return String(
      decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
