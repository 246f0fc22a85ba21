import Synchronization
import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// Goal: a topic whose deletion is in the metadata is gone, as far as anybody is told, whatever of
/// the rest fails; and what is left of it is never taken for a topic made again under its name.
/// Method: a disk that refuses the rest, and a process that is killed.
@Suite struct FailedDeletionTests {
  private let disk = SimulatedFileSystem(seed: 1)
  private let warnings = Warnings()
  private let topic: TopicName

  private final class Warnings: Sendable {
    let messages = Mutex<[String]>([])
  }

  init() throws { topic = try TopicName("orders") }

  private func partition(_ index: Int32) -> TopicPartition {
    TopicPartition(topic: topic, partition: index)
  }

  private func open(_ disk: SimulatedFileSystem) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    options.logger = Logger(label: "test", level: .warning) { [warnings] entry in
      warnings.messages.withLock { $0.append("\(entry.level): \(entry.message)") }
    }
    return try Broker.open("data", on: disk, options: options)
  }

  /// A broker with a topic of two partitions, whose checkpoints say where they start.
  private func withTopic() throws -> Broker {
    let broker = try open(disk)
    _ = try broker.createTopic("orders", partitions: 2)
    for index in 0..<2 as Range<Int32> {
      for number in 0..<9 {
        _ = try BrokerTests.append("\(number)", to: broker.partition(partition(index)))
      }
      try broker.partition(partition(index)).log.flush()
      try broker.deleteRecords(of: partition(index), before: 5)
    }
    return broker
  }

  /// Makes the topic again with a record in each partition, kills the process and starts it.
  private func expectNewTopic(in broker: Broker) throws {
    _ = try broker.createTopic("orders", partitions: 2)
    for index in 0..<2 as Range<Int32> {
      #expect(try BrokerTests.append("new", to: broker.partition(partition(index))) == 0)
    }
    let again = try open(disk.afterProcessCrash())
    for index in 0..<2 as Range<Int32> {
      #expect(try again.partition(partition(index)).log.startOffset == 0)
      #expect(try again.partition(partition(index)).log.endOffset == 1)
    }
    try again.close()
  }

  private func expectOneWarning(_ words: String) {
    let messages = warnings.messages.withLock { $0 }
    #expect(messages.count == 1 && messages.allSatisfy { $0.contains(words) }, "\(messages)")
    #expect(messages.allSatisfy { $0.hasPrefix("warning") }, "\(messages)")
  }

  @Test("G08: a topic is deleted where only the checkpoints can't be written, with a warning")
  func checkpoints() throws {
    let broker = try withTopic()
    disk.fail { $0.kind == .create && $0.path.contains("checkpoint") ? .io : nil }
    try broker.deleteTopic(topic)
    #expect(broker.topics().isEmpty)
    expectOneWarning("checkpoints")
    // What they still say would be taken for what is true of the new topic.
    let error = #expect(throws: BrokerError.self) { try broker.createTopic("orders") }
    #expect(error?.code == .log(.io))
    #expect(broker.topics().isEmpty)
    disk.fail(where: nil)
    try expectNewTopic(in: broker)
  }

  @Test("G08: and so where its files can't be moved or removed: they do not come back")
  func files() throws {
    for kind in [DiskOperation.Kind.rename, .syncDirectory, .removeDirectory] {
      let test = try FailedDeletionTests()
      let broker = try test.withTopic()
      test.disk.fail { operation in
        let isCheckpoint = operation.path.contains("checkpoint")
        return operation.kind == kind && !isCheckpoint ? .io : nil
      }
      try broker.deleteTopic(test.topic)
      #expect(broker.topics().isEmpty && broker.allPartitions.isEmpty, "\(kind)")
      test.disk.fail(where: nil)
      try test.expectNewTopic(in: broker)
    }
  }
}
