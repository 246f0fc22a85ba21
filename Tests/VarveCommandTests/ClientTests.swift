import Foundation
import Testing

/// Goal: the clients that people use work unmodified. Method: one list of scenarios, `Clients`, run
/// through each client of PyPI against the built program.
@Suite struct ClientTests {
  /// The interpreter that `.ci/clients` installs the clients for; nil where it was not run.
  static let python: String? = {
    var place = URL(filePath: BuiltProgram.location)
    while place.path != "/" {
      let python = place.appending(path: "clients/bin/python").path
      let installed = place.appending(path: "clients/installed").path
      if FileManager.default.fileExists(atPath: installed) { return python }
      place = place.deletingLastPathComponent()
    }
    return nil
  }()

  static let scenarios = [
    "create and list", "produce and consume", "go on where the group was", "three members",
    "two after one left", "find by time", "transactions", "offsets in transactions",
    "fence the older producer",
  ]

  @Test(
    "G25: every scenario works", .enabled(if: python != nil, "`make test` installs the clients"),
    arguments: ["confluent", "confluent_848", "kafka_python", "aio"])
  func scenarios(client: String) async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(Self.python)
    let outcome = try await BuiltProgram().shell(
      """
      export PYTHONDONTWRITEBYTECODE=1
      mkfifo said
      varve serve --listen 127.0.0.1:0 --set group.initial.rebalance.delay.ms=0 2>said &
      read -r line <said
      \(python) \(folder.path)/scenarios.py \(client) ${line##* } 2>client-errors
      kill -TERM %1
      wait %1
      grep -v '^$' client-errors | tail -n 20 >&2
      true
      """)
    #expect(outcome.status == 0)
    #expect(
      outcome.text.split(separator: "\n").map(String.init) == Self.scenarios.map { "ok \($0)" })
  }
}
