#if SQLite && Redis && PostgreSQL
  import Foundation
  import Glibc
  import Testing
  import VarveTestKit
  import VarveTestSupport

  /// A database server that a test starts on a free port of loopback, with its files in a directory
  /// of its own, and stops again.
  final class ServerUnderTest: Sendable {
    enum Kind: String, CaseIterable, Sendable {
      case redis = "redis-server"
      case postgresql

      /// The program, and why there is no test where it is missing.
      var program: String? {
        let places =
          switch self {
          case .redis: ["/usr/bin/redis-server", "/usr/local/bin/redis-server"]
          case .postgresql:
            (13...20).reversed().map { "/usr/lib/postgresql/\($0)/bin/postgres" }
          }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
      }

      var missing: Comment { "there is no server to test against: apt-get install \(rawValue)" }
    }

    let port: Int
    private let process: ChildProcess
    private let directory: TemporaryDirectory
    private let signal: Int32

    private init(
      port: Int, _ process: ChildProcess, in directory: TemporaryDirectory, signal: Int32
    ) {
      self.port = port
      self.process = process
      self.directory = directory
      self.signal = signal
    }

    /// Starts a server, and waits until it takes connections.
    static func start(_ kind: Kind) async throws -> ServerUnderTest {
      let program = try #require(kind.program)
      let directory = try TemporaryDirectory()
      let port = Int(try freePort())
      return try await onThread {
        switch kind {
        case .redis: try startRedis(program, port, directory)
        case .postgresql: try startPostgreSQL(program, port, directory)
        }
      }
    }

    private static func startRedis(
      _ program: String, _ port: Int, _ directory: TemporaryDirectory
    ) throws -> ServerUnderTest {
      let words = [
        "--bind", "127.0.0.1", "--port", "\(port)", "--dir", directory.path, "--save", "",
        "--appendonly", "no",
      ]
      let output = Pipe()
      let process = try ChildProcess(program, words, output: .pipe(output))
      try wait(for: "eady to accept connections", in: output)
      return ServerUnderTest(port: port, process, in: directory, signal: SIGTERM)
    }

    /// PostgreSQL does not run as root: then it is the user of Debian's package.
    private static func startPostgreSQL(
      _ program: String, _ port: Int, _ directory: TemporaryDirectory
    ) throws -> ServerUnderTest {
      let data = directory.path + "/data"
      try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
      var start: [String] = []
      if getuid() == 0 {
        start = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        chmod(directory.path, 0o755)
        #expect(try ChildProcess.run("/bin/chown", ["postgres", data]).status == 0)
      }
      chmod(data, 0o700)
      let tools = (program as NSString).deletingLastPathComponent
      let initialise =
        start + [
          tools + "/initdb", "--pgdata", data, "--username", "varve", "--auth", "trust",
          "--no-sync", "--encoding", "UTF8", "--locale", "C",
        ]
      let made = try ChildProcess.run(initialise[0], Array(initialise.dropFirst()))
      #expect(made.status == 0, "\(String(decoding: made.output, as: UTF8.self))")
      let serve =
        start + [
          program, "-D", data, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c",
          "unix_socket_directories=", "-c", "fsync=off", "-c", "shared_buffers=16MB",
        ]
      let errors = Pipe()
      let process = try ChildProcess(
        serve[0], Array(serve.dropFirst()), directory: data, errors: .pipe(errors))
      try wait(for: "ready to accept connections", in: errors)
      return ServerUnderTest(port: port, process, in: directory, signal: SIGINT)
    }

    /// Reads what a server says until it says some words; what it says later is thrown away.
    private static func wait(for words: String, in pipe: Pipe) throws {
      var said = ""
      while !said.contains(words) {
        let bytes = pipe.fileHandleForReading.availableData
        try #require(!bytes.isEmpty, "the server ended: \(said)")
        said += String(decoding: bytes, as: UTF8.self)
      }
      pipe.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    /// Stops the server, and waits for its end.
    func stop() async throws {
      kill(process.processID, signal)
      let process = process
      _ = try await onThread { process.wait() }
    }
  }
#endif
