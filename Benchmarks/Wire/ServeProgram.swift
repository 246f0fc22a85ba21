import Glibc

/// `varve serve` in a process of its own, and the time from its start.
struct ServeProgram {
  let process: ServerProcess
  private let output: String
  private let started: ContinuousClock.Instant

  init(_ program: String, over directory: String) throws {
    output = directory + ".said"
    started = .now
    process = try ServerProcess(
      starting: program, ["serve", "--at", directory, "--listen", "127.0.0.1:0"], output: output)
  }

  /// The program that was built beside this one.
  static func path() throws -> String {
    var link = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &link, link.count)
    let own = String(
      decoding: link.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Tests are loaded by a helper from elsewhere, which is told where they are.
    for place in [own] + CommandLine.arguments {
      guard let end = place.lastIndex(of: "/") else { continue }
      let path = place[..<end] + "/varve"
      if access(String(path), X_OK) == 0 { return String(path) }
    }
    throw BenchmarkFailure(
      "there is no varve beside \(own): swift build --product varve with the same options")
  }

  /// Waits until it answers ApiVersions, as every client asks first. Returns the time from its
  /// start to that.
  func firstAnswer() throws -> Duration {
    guard let connection = Loopback.connect(to: try port()) else {
      throw BenchmarkFailure("varve serve refuses a connection")
    }
    defer { close(connection) }
    // Of 10 bytes: key 18, version 0, correlation id 1, no client id.
    let request: [UInt8] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]
    var answer = [UInt8](repeating: 0, count: 4)
    guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count,
      recv(connection, &answer, answer.count, 0) == answer.count
    else { throw BenchmarkFailure("varve serve does not answer") }
    return .now - started
  }

  /// It says where it listens as soon as it does.
  private func port() throws -> UInt16 {
    let words = "listening at 127.0.0.1:"
    while true {
      if let text = Machine.text(output) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
          if let range = line.firstRange(of: words), let port = UInt16(line[range.upperBound...]) {
            return port
          }
        }
      }
      guard process.isRunning else {
        throw BenchmarkFailure("varve serve ended: \(Machine.text(output) ?? "")")
      }
      usleep(500)
    }
  }

  /// Ends it, and forgets what it said.
  func end() {
    process.kill()
    unlink(output)
  }
}
