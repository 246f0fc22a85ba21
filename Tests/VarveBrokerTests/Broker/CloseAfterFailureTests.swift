import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

@Suite struct CloseAfterFailureTests {
  /// What the error of a failed sync tells users to do has to work: close, and open again.
  @Test func `a broker whose sync failed closes what it can and lets the directory go`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    var options = Broker.Options()
    options.runsMaintenance = false
    let broker = try Broker.open("data", on: disk, options: options)
    let topic = try broker.createTopic("orders", partitions: 2).name
    let failing = try broker.partition(TopicPartition(topic: topic, partition: 0))
    let sound = try broker.partition(TopicPartition(topic: topic, partition: 1))
    _ = try BrokerTests.append("lost, maybe", to: failing)
    _ = try BrokerTests.append("kept", to: sound)
    disk.failNext(.sync)
    #expect(throws: LogError.self) { try failing.log.flush() }
    let error = #expect(throws: BrokerError.self) { try broker.close() }
    #expect(error?.code == .log(.io))
    #expect(failing.log.isClosed && sound.log.isClosed)

    let again = try Broker.open("data", on: disk, options: options)
    #expect(try again.partition(sound.id).log.endOffset == 1)
    try again.close()
  }
}
