import Testing
import VarveTestKit

/// Goal: the share consumer that people use works unmodified (KIP-932), and as a worker of a queue.
/// Method: the newest confluent-kafka of PyPI, its consumers in processes of their own, against the
/// built program, whose own notes (`varve trace`) say when what was delivered.
@Suite struct SharingTests {
  @Test(
    "G41, S07: share consumers take each record once, and one that is killed loses its locks",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func consumers() async throws {
    let count = TestShare.count(5_000, long: 100_000)
    let outcome = try await StockClient.run(
      "sharing.py", "\(count)",
      settings: [
        "group.share.min.record.lock.duration.ms": "1000",
        "group.share.max.record.lock.duration.ms": "600000",
      ])
    Self.expect(outcome, ["ok join", "ok each once", "ok killed", "ok silent"])
  }

  @Test(
    "G44, G45, S23: delays, backoff and dead letters work for a stock share consumer",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func queue() async throws {
    let outcome = try await StockClient.run("queueing.py")
    Self.expect(outcome, ["ok delayed", "ok backed off", "ok dead letters"])
  }

  private static func expect(_ outcome: BuiltProgram.Outcome, _ lines: [String]) {
    #expect(outcome.status == 0)
    let said = outcome.text.split(separator: "\n").map(String.init)
    #expect(said == lines, "\(outcome.errors)")
  }
}
