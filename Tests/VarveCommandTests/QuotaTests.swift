import Foundation
import Testing

/// Goal: a stock client above its quota is told to wait, and loses nothing. Method: confluent-kafka
/// against the built program.
@Suite struct QuotaTests {
  @Test(
    "G63: a stock client is told how long to wait for its quota",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func stockClient() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(ClientTests.python)
    let outcome = try await BuiltProgram().shell(
      """
      export PYTHONDONTWRITEBYTECODE=1
      mkfifo said
      varve serve --listen 127.0.0.1:0 --set group.initial.rebalance.delay.ms=0 2>said &
      read -r line <said
      \(python) \(folder.path)/throttled.py ${line##* } 2>client-errors
      kill -TERM %1
      wait %1
      tail -n 20 client-errors >&2
      true
      """)
    #expect(outcome.status == 0)
    #expect(
      outcome.text.split(separator: "\n") == [
        "told to wait by producer_byte_rate", "told to wait by consumer_byte_rate",
      ])
  }
}
