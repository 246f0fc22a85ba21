import Foundation
import Testing
import Varve
import VarveTestKit
import VarveTestSupport

/// Goal: a program serves the log that it has open. Method: `Varve.serve`, and kcat as a client.
@Suite struct ServiceTests {
  private static func kcat(_ arguments: [String]) async throws -> String {
    let patience = patientKcat.flatMap { ["-X", $0] }
    return try await onThread {
      let outcome = try ChildProcess.run("kcat", ["-q"] + patience + arguments)
      return String(decoding: outcome.output, as: UTF8.self)
    }
  }

  @Test("G68: kcat reads a program's topic while the program writes")
  func embedded() async throws {
    let directory = try TemporaryDirectory()
    let varve = try await Varve.open(directory.path + "/data")
    try await varve.createTopic("orders")
    let service = try await varve.serve(port: 0)
    let producer = try varve.producer()
    try await producer.send("orders", value: "0")
    async let seen = Self.kcat(
      ["-b", service.address, "-C", "-t", "orders", "-o", "beginning", "-c", "1000"])
    for number in 1..<1_000 { try await producer.send("orders", value: "\(number)") }
    let lines = try await seen.split(separator: "\n")
    #expect(lines == (0..<1_000).map { "\($0)" })
    try await varve.close()
  }

  /// Serves at the first of some ports that is free, and returns it.
  private static func serve(_ varve: Varve, at ports: [Int]) async throws -> Int {
    for port in ports {
      do { return try await varve.serve(port: port).port } catch {
        guard error.message.contains("in use") else { throw error }
      }
    }
    throw VarveError(.unavailable, "no port is free")
  }

  @Test func `a log that is closed is served no more, and its port is free`() async throws {
    let directory = try TemporaryDirectory()
    let varve = try await Varve.open(directory.path + "/data")
    // Not one that the system deals to clients that connect meanwhile.
    let port = try await Self.serve(varve, at: Array(20_000..<30_000).shuffled())
    try await varve.close()
    let other = try await Varve.open(directory.path + "/data")
    let service = try await other.serve(port: port)
    #expect(service.port == port)
    try await other.close()
  }

  @Test func `a port that is taken, a host that others reach, and a log for reading are refused`()
    async throws
  {
    let directory = try TemporaryDirectory()
    let varve = try await Varve.open(directory.path + "/data")
    let service = try await varve.serve(port: 0)
    await #expect(throws: VarveError.self) { try await varve.serve(port: service.port) }
    await #expect(throws: VarveError.self) { try await varve.serve(host: "0.0.0.0", port: 0) }
    let reader = try await Varve.openReadOnly(directory.path + "/data")
    await #expect(throws: VarveError.self) { try await reader.serve(port: 0) }
    try await varve.close()
  }
}
