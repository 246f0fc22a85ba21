import Synchronization
import Testing
import Varve
import VarveServer
import VarveTestKit

/// The logs of a test that is run through the remote door: each is served by its own process, and
/// the test has it over the wire.
final class ServedLogs: Sendable {
  /// Set while a test is run through the remote door.
  @TaskLocal static var current: ServedLogs?

  private let served = Mutex<[(log: Varve, server: Server, directory: TemporaryDirectory?)]>([])

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

  func stop() async throws {
    for (log, server, _) in served.withLock({ $0 }) {
      await server.stop()
      try await log.close()
    }
  }
}

/// Runs tests twice: with the engine in this process, and with the same behind Kafka's protocol.
struct BothDoors: TestTrait, SuiteTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await function()
    if test.traits.contains(where: { $0 is InProcessOnly }) { return }
    let logs = ServedLogs()
    try await ServedLogs.$current.withValue(logs) { try await function() }
    try await logs.stop()
  }

  func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
    testCase == nil ? nil : self
  }
}

extension Trait where Self == BothDoors {
  /// Goal G67: what the test expects is so through every door.
  static var bothDoors: BothDoors { BothDoors() }
}

/// Leaves a test of such a suite to the engine in this process.
struct InProcessOnly: TestTrait {}

extension Trait where Self == InProcessOnly {
  /// - Parameter reason: what the test does to the engine that nobody can from afar.
  static func inProcessOnly(_ reason: String) -> InProcessOnly { InProcessOnly() }
}
