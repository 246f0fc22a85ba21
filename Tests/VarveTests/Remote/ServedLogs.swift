import Foundation
import Synchronization
import Testing
import Varve
import VarveServer
import VarveTestKit
import VarveTestSupport

/// The logs of a test that is run through the remote door: each is served, by the tests' own
/// process or by the program, and the test has it over the wire.
final class ServedLogs: Sendable {
  /// Set while a test is run through the remote door.
  @TaskLocal static var current: ServedLogs?

  /// Whether `varve serve` is what serves.
  let isProgram: Bool
  private let served = Mutex<[(log: Varve, server: Server, directory: TemporaryDirectory?)]>([])
  private let programs = Mutex<[(program: ServeProgram, directory: TemporaryDirectory)]>([])

  init(isProgram: Bool = false) { self.isProgram = isProgram }

  /// Serves a log, whose directory stays until the end, and returns the same from the other end.
  func serve(_ log: Varve, in directory: TemporaryDirectory? = nil) throws -> Varve {
    let cluster = try #require(log.cluster as? LocalCluster)
    var options = ServerOptions()
    let address = SocketAddress(host: SocketAddress.loopback, port: 0)
    options.listeners = [ListenerOptions(address)]
    options.loopCount = 1
    let server = try Server(cluster.broker, options: options)
    served.withLock { $0.append((log, server, directory)) }
    return try Varve(servedAt: try #require(server.addresses.first).description)
  }

  /// Has the program serve a log that is not there yet, and returns it from the other end.
  func start(
    _ path: String, _ options: Varve.Options, in directory: TemporaryDirectory
  ) throws -> Varve {
    let program = try ServeProgram(path, options.serverConfig, errors: directory.path + "/said")
    programs.withLock { $0.append((program, directory)) }
    return try Varve(servedAt: program.address)
  }

  func stop() async throws {
    for (log, server, _) in served.withLock({ $0 }) {
      await server.stop()
      try await log.close()
    }
    for (program, directory) in programs.withLock({ $0 }) {
      let status = try await onThread { program.stop() }
      let said = (try? String(contentsOfFile: directory.path + "/said", encoding: .utf8)) ?? ""
      // Asked to end before it has begun, it ends as any program does.
      #expect([0, 128 + SIGTERM].contains(status), "varve serve: \(said)")
    }
  }
}

/// Runs tests once for each door: with the engine in this process, with the same behind Kafka's
/// protocol, and with the program behind it.
struct Doors: TestTrait, SuiteTrait, TestScoping {
  let hasProgram: Bool
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await function()
    if test.traits.contains(where: { $0 is InProcessOnly }) { return }
    for isProgram in hasProgram ? [false, true] : [false] {
      let logs = ServedLogs(isProgram: isProgram)
      try await ServedLogs.$current.withValue(logs) { try await function() }
      try await logs.stop()
    }
  }

  func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
    testCase == nil ? nil : self
  }
}

extension Trait where Self == Doors {
  /// Goal G67: what the test expects is so in process and over the wire.
  static var bothDoors: Doors { Doors(hasProgram: false) }

  /// Goal G67: the same, and with the program's process at the other end.
  static var everyDoor: Doors { Doors(hasProgram: true) }
}

/// Leaves a test of such a suite to the engine in this process.
struct InProcessOnly: TestTrait {}

extension Trait where Self == InProcessOnly {
  /// - Parameter reason: what the test does to the engine that nobody can from afar.
  static func inProcessOnly(_ reason: String) -> InProcessOnly { InProcessOnly() }
}
