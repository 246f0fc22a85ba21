import Testing

/// Goal: a stock client above its quota is told to wait, and loses nothing. Method: confluent-kafka
/// against the built program.
@Suite struct QuotaTests {
  @Test(
    "G63: a stock client is told how long to wait for its quota",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func stockClient() async throws {
    let outcome = try await StockClient.run("throttled.py")
    #expect(outcome.errors == "")
    #expect(
      outcome.text.split(separator: "\n") == [
        "told to wait by producer_byte_rate", "told to wait by consumer_byte_rate",
      ])
  }
}
