import Testing

/// Goal: stock clients push their metrics where they are asked to, and those are shown. Method:
/// confluent-kafka, which pushes without being told, against the built program.
@Suite struct TelemetryTests {
  @Test(
    "G23: what a stock client pushes of itself is on the page of metrics",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func stockClient() async throws {
    let outcome = try await StockClient.run("telemetry.py")
    #expect(outcome.errors == "")
    #expect(
      outcome.text.split(separator: "\n") == [
        "pushed connection.creation.total", "pushed produce.throttle.time.avg",
        "pushed record.queue.time.max", "pushed by confluent-kafka-python",
      ])
  }
}
