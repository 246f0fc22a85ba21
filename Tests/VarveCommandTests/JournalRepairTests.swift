import Testing
import Varve
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: `varve log repair` knows the commit journals of the data directory around a partition.
/// Method: a directory as a kill leaves it, with a batch damaged that its journal has; the oracle
/// is what was sent.
@Suite struct JournalRepairTests {
  private static let partitions: Int32 = 8

  /// Sends a record to each partition at once, so that their syncs are shared.
  private static func send(_ round: Int, _ producer: Producer) async throws {
    try await withThrowingTaskGroup { group in
      for index in 0..<partitions {
        group.addTask {
          try await producer.send(
            "orders", partition: index, value: "\(round) of \(index)")
        }
      }
      try await group.waitForAll()
    }
  }

  /// A partition and offset of which a journal has the batch.
  private static func journaled(
    in root: String, _ topicID: TopicID, rounds: Int
  ) throws -> (TopicPartition, Offset)? {
    let commits = try RecoveredCommits(in: root, on: LocalFileSystem())
    for index in 0..<partitions {
      let partition = TopicPartition(topic: try TopicName("orders"), partition: index)
      let known = commits.ofLog(partition, topicID)
      for offset in 1..<Int64(rounds) where known.batches(from: Offset(offset), before: nil) != nil
      {
        return (partition, Offset(offset))
      }
    }
    return nil
  }

  @Test("G09: log repair takes lost batches from the commit journal", arguments: [true, false])
  func repairs(isWhole: Bool) async throws {
    let program = try BuiltProgram()
    let root = program.directory.path + "/log"
    let varve = try await Varve.open(program.directory.path + "/live")
    try await varve.createTopic(
      "orders", partitions: Self.partitions, config: [.durability(.group)])
    let topicID = try await varve.describeTopic("orders").topic.id
    let producer = try varve.producer()
    for round in 0..<20 { try await Self.send(round, producer) }
    _ = try await program.shell("cp -r live log && rm -f log/.lock")
    try await varve.close()

    let (partition, offset) = try #require(
      try Self.journaled(in: root, topicID, rounds: 20))
    let path = isWhole ? "log" : "log/\(partition)"
    let outcome = try await program.shell(
      """
      file=log/\(partition)/00000000000000000000.log
      batch='baseOffset: \(offset) .* position: '
      at=$(varve log dump $file | sed -n "s/^$batch\\([0-9]*\\) .*/\\1/p")
      printf XXXX | dd of=$file bs=1 seek=$((at + 62)) conv=notrunc status=none
      touch log/.kafka_cleanshutdown
      varve log repair \(path) --dry-run | grep -c 'take offsets'
      rm log/.kafka_cleanshutdown
      varve log repair \(path) | sed -n 's/.*take offsets/take offsets/p'
      varve topic consume orders --partition \(partition.partition) --format '%v\\n'
      """)
    #expect(outcome.errors == "")
    let lines = outcome.text.split(separator: "\n")
    // Whoever closed the logs in order may have gone on with them after the journals.
    #expect(lines.first == "0")
    #expect(lines.dropFirst().first?.hasPrefix("take offsets \(offset) to ") == true)
    #expect(lines.dropFirst(2) == (0..<20).map { "\($0) of \(partition.partition)" }[...])
  }
}
