/// One thing that is measured: a file of `Subjects` each.
package struct Benchmark: Sendable {
  /// For `--only`.
  package let name: String
  /// What is measured, in a line.
  package let summary: String
  package let run: @Sendable (Bench) async throws -> [Comparison]

  init(
    _ name: String, _ summary: String,
    run: @escaping @Sendable (Bench) async throws -> [Comparison]
  ) {
    self.name = name
    self.summary = summary
    self.run = run
  }

  /// In the order of the table.
  package static let all: [Benchmark] =
    [
      .appendBatched, .appendSingle, .appendAsync, .replay, .cold, .timeLookup, .groupCommit,
      .maintenance, .groups, .fanOut, .transaction, .workers, .processedIDs, .delayedJobs,
      .delayLateness, .durable, .recovery, .tailLatency, .startUp, .serveStart,
    ] + wire

  /// Those of the server, which take librdkafka.
  #if Peers
    private static let wire: [Benchmark] = [
      .wireProduce, .wireConsume, .wireBoth, .wireLatency, .wireClients, .wirePartitions,
      .queueCycles,
    ]
  #else
    private static let wire: [Benchmark] = []
  #endif
}
