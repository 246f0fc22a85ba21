import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: the clients that people use work unmodified. Method: one list of scenarios, `Clients`, run
/// through each client of PyPI against the built program.
@Suite struct ClientTests {
  /// The interpreter that `.ci/clients` installs the clients for; nil where it was not run.
  static let python = BuiltProgram.installed("clients").map { $0 + "/bin/python" }

  static let scenarios = [
    "create and list", "produce and consume", "go on where the group was", "three members",
    "two after one left", "each assignor", "two after one was killed",
    "a static member comes back", "find by time", "consume from an offset",
    "consume from a time", "transactions", "offsets in transactions",
    "fence the older producer", "grow a topic", "delete a topic", "configure a topic",
    "describe the broker", "list and describe groups", "offsets of a group", "delete a group",
  ]

  /// Members that were killed are missed soon; those of KIP-848 are asked nothing about it.
  private static let sessions = [
    "group.min.session.timeout.ms": "1000",
    "group.consumer.session.timeout.ms": "8000", "group.consumer.heartbeat.interval.ms": "500",
  ]

  @Test(
    "G25: every scenario works", .enabled(if: python != nil, "`make test` installs the clients"),
    arguments: ["confluent", "confluent_848", "kafka_python", "aio"])
  func scenarios(client: String) async throws {
    let outcome = try await StockClient.run(
      "scenarios.py", "\(client) \(TestShare.isLong ? "long" : "short")", settings: Self.sessions)
    #expect(outcome.status == 0)
    #expect(
      outcome.text.split(separator: "\n").map(String.init) == Self.scenarios.map { "ok \($0)" })
  }
}
