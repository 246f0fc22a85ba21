import Foundation
import Testing
import Varve
import VarveTestKit
import VarveTestSupport

/// Goal: what a client makes of records is what every client gets. Method: the clients of PyPI,
/// unmodified, against the built program; the oracle is what they sent, and what librdkafka says.
@Suite(.enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
struct CodecClientTests {
  @Test("G04, G12: each codec of three clients is stored bit for bit, and all three read it")
  func codecs() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(ClientTests.python)
    let outcome = try await BuiltProgram().shell(
      """
      export PYTHONDONTWRITEBYTECODE=1
      \(python) \(folder.path)/codecs.py 2>client-errors
      grep -v '^%[67]|' client-errors | tail -n 20 >&2
      true
      """)
    #expect(
      outcome.text.split(separator: "\n") == [
        "ok confluent reads all", "ok kafka_python reads all", "ok aio reads all",
        "ok each codec is its producer's", "ok stored as sent", "ok served as stored",
      ], "\(outcome.errors)")
  }

  @Test("G16: 10,000 keys go where librdkafka's murmur2_random sends them")
  func partitions() async throws {
    let count = 10_000
    let outcome = try await StockClient.run("partitions.py", "\(count)")
    let theirs = outcome.text.split(separator: "\n").map(String.init)
    let ours = (0..<count).map { number in
      var generator = SeededGenerator(seed: UInt64(number))
      let key = (0...number % 41).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      return Murmur2.partition(of: key.span.bytes, among: 31).description
    }
    #expect(theirs == ours, "\(outcome.errors)")
  }
}
