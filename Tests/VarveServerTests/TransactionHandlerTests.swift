import Testing
import Varve
import VarveBase
import VarveProtocol

/// Goal: transactions of clients of any age end as they say. Method: producers on sockets, each
/// with the requests of its time.
@Suite struct TransactionHandlerTests {
  @Test("G26: EndTxn aborts for old and for new clients", arguments: EndTxnRequest.api.versions)
  func abort(version: Int16) async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        var producer = try WireProducer(client, "x", version: version)
        for (value, commits) in [("a", false), ("b", true), ("c", false)] {
          let sent = try producer.send(value, to: "t")
          let before = producer
          let ended = try producer.end(commits: commits)
          #expect(sent == ErrorCode.none && ended == ErrorCode.none)
          // An answer that was lost is asked for again.
          let again = try before.askForEnd(commits: commits)
          #expect(again.errorCode == ErrorCode.none)
          #expect(version < 5 || again.producerEpoch == producer.epoch)
          let other = try before.askForEnd(commits: !commits)
          #expect(other.errorCode == .invalidTxnState)
        }
        var fetch = FetchRequest("t")
        fetch.isolationLevel = 1
        let fetched: FetchResponse = try client.ask(fetch, version: 11)
        let partition = fetched.topics[0].partitions[0]
        #expect(partition.abortedTransactions?.map(\.firstOffset) == [0, 4])
        #expect(partition.lastStableOffset == 6)
      }
      var reader = try await served.varve.reader(
        "t", partition: 0, from: .earliest, isolation: .readCommitted)
      var seen: [String] = []
      while let batch = try reader.next() { seen += batch.compactMap(\.text) }
      #expect(seen == ["b"])
    }
  }
}
