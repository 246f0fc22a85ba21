import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// Goal: what the checkpoints say of a topic that was deleted is never taken for what is true of
/// one made again under its name, whenever the process is killed. Method: the deletion is cut short
/// at each of its operations, the topic is made again, and the process is killed before the next
/// checkpoint.
@Suite struct ReplacedTopicTests {
  private let id: TopicPartition
  private let disk = SimulatedFileSystem(seed: 1)

  init() throws { id = TopicPartition(topic: try TopicName("orders"), partition: 0) }

  private func open(_ disk: SimulatedFileSystem) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open("data", on: disk, options: options)
  }

  /// A broker with a topic of which every checkpoint has something to say.
  private func withTopic(on disk: SimulatedFileSystem) throws -> Broker {
    let broker = try open(disk)
    _ = try broker.createTopic("orders")
    for number in 0..<9 { _ = try BrokerTests.append("\(number)", to: broker.partition(id)) }
    try broker.partition(id).log.flush()
    try broker.deleteRecords(of: id, before: 5)
    return broker
  }

  /// Makes the topic again with one record, and kills the process.
  private func makeAgain(_ broker: Broker, on disk: SimulatedFileSystem) throws {
    _ = try broker.createTopic("orders")
    #expect(try BrokerTests.append("again", to: broker.partition(id)) == 0)
    let again = try open(disk.afterProcessCrash())
    #expect(try again.partition(id).log.startOffset == 0)
    #expect(try again.partition(id).log.endOffset == 1)
    try again.close()
  }

  @Test("G08: a topic made again is not judged by what checkpoints say of the one deleted")
  func madeAgain() throws {
    let broker = try withTopic(on: disk)
    try broker.deleteTopic(id.topic)
    try makeAgain(broker, on: disk)
  }

  @Test("G08: and so where the process is killed at any operation of the deletion")
  func killedWhileDeleting() throws {
    let broker = try withTopic(on: disk)
    let before = disk.operationCount
    try broker.deleteTopic(id.topic)
    let operations = disk.operationCount - before
    #expect(operations > 3)
    for operation in stride(from: 1, through: operations, by: TestShare.isLong ? 1 : 3) {
      let disk = SimulatedFileSystem(seed: 1)
      let broker = try withTopic(on: disk)
      disk.crash(at: disk.operationCount + operation)
      // Past its record in the metadata it is done, and tells the log what it could not do.
      try? broker.deleteTopic(id.topic)
      let killed = disk.afterProcessCrash()
      let again = try open(killed)
      if again.topics().isEmpty {
        try makeAgain(again, on: killed)
      } else {
        #expect(try again.partition(id).log.startOffset == 5)
        #expect(try again.partition(id).log.endOffset == 9)
        try again.close()
      }
    }
  }
}
