import Foundation
import Synchronization
import Testing
import Varve
import VarveTestKit
import VarveTestSupport

/// Goal: of aborted transactions nobody who reads committed records ever sees one, over the wire or
/// in the process, and what is consumed, transformed and produced in a chain comes out once.
/// Method: two stages of confluent-kafka that abort, or leave their producer, at random. Both
/// readers see the last topic while it grows, and are compared with the names of what was aborted.
@Suite struct ChainedTransactionsTests {
  @Test(
    "G38: no aborted record is seen at the end of a chain, in process or over the wire",
    .enabled(if: ClientTests.python != nil, "`make test` installs the clients"))
  func chain() async throws {
    let directory = try TemporaryDirectory()
    var options = Varve.Options()
    options.serverConfig = [
      "group.initial.rebalance.delay.ms": "0", "offsets.topic.num.partitions": "2",
      "transaction.state.log.num.partitions": "2",
    ]
    let varve = try Varve(directory: directory.path + "/log", options: options)
    try await varve.createTopic("in", partitions: 2)
    try await varve.createTopic("middle", partitions: 2)
    try await varve.createTopic("out")
    let service = try await varve.serve(port: 0, options: Varve.ServeOptions())
    let seen = Lines()
    let reading = Task {
      defer { seen.end() }
      try await Self.follow(varve, seen)
    }
    let count = try await Self.run(at: "\(service.address)", in: directory.path)
    let overWire = try Self.lines(directory.path + "/seen")
    let aborted = Set(try Self.lines(directory.path + "/aborted"))
    while seen.all.count < overWire.count, !seen.isOver { await Task.yield() }
    reading.cancel()
    _ = await reading.result
    try await varve.close()
    #expect(count > 0 && !aborted.isEmpty)
    #expect(seen.all == overWire)
    let words = overWire.map { $0.split(separator: " ").map(String.init) }
    #expect(words.filter { aborted.contains($0[1]) }.isEmpty)
    #expect(words.compactMap { Int($0[2]) }.sorted() == Array(0..<count))
  }

  /// What a reader sees, until it has ended.
  private final class Lines: Sendable {
    private let state = Mutex((lines: [String](), isOver: false))

    var all: [String] { state.withLock { $0.lines } }
    var isOver: Bool { state.withLock { $0.isOver } }
    func add(_ line: String) { state.withLock { $0.lines.append(line) } }
    func end() { state.withLock { $0.isOver = true } }
  }

  /// Reads what is committed of the last topic until it is cancelled.
  private static func follow(_ varve: Varve, _ seen: Lines) async throws {
    var options = Consumer.Options()
    options.isolation = .readCommitted
    let consumer = try await varve.consumer(topics: ["out"], from: .earliest, options: options)
    for try await batch in consumer.batches {
      for record in batch { seen.add("\(record.offset) \(record.text ?? "")") }
    }
  }

  /// Runs the chain, and gives how many numbers went in.
  private static func run(at address: String, in directory: String) async throws -> Int {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Clients/chain.py").path
    let python = try #require(ClientTests.python)
    let (output, errors) = (directory + "/output", directory + "/errors")
    let process = try ChildProcess(
      python, ["-B", script, address, directory, "\(TestShare.count(1, long: 120))"],
      output: .file(output), errors: .file(errors))
    let status = try await onThread { process.wait() }
    let told = try String(contentsOfFile: errors, encoding: .utf8)
    #expect(status == 0, "\(told.suffix(2_000))")
    return try #require(Int(try lines(output).first ?? ""))
  }

  private static func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
