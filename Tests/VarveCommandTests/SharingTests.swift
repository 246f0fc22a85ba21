import Testing
import VarveTestKit

/// Goal: the share consumer that people use works unmodified (KIP-932). Method: the newest
/// confluent-kafka of PyPI, its consumers in processes of their own, against the built program.
@Suite struct SharingTests {
  @Test(
    "G41, S07: share consumers take each record once, and one that is killed loses its locks",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func consumers() async throws {
    let count = TestShare.count(5_000, long: 100_000)
    let outcome = try await StockClient.run(
      "sharing.py", "\(count)", settings: ["group.share.min.record.lock.duration.ms": "1000"])
    #expect(outcome.status == 0)
    #expect(
      outcome.text.split(separator: "\n").map(String.init)
        == ["ok join", "ok each once", "ok killed"])
  }
}
