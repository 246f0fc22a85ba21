import Testing
import VarveBase
import VarveBroker
import VarveTestKit

struct CoordinatorShardsTests {
  private static func shards(
    of broker: Broker, _ time: ManualTime
  ) -> CoordinatorShards<Ledger> {
    let topic = InternalTopic(
      .consumerOffsets, partitionCount: 4, configs: ["cleanup.policy": "compact"])
    return CoordinatorShards(topic) { [timer = broker.coordinatorTimer] partition in
      CoordinatorShard(
        partition, time: time, timer: timer, logger: .discarding, effects: LedgerEffects()
      ) { Ledger() }
    }
  }

  @Test func `the topic is made with the first id, and loaded where it is there`() async throws {
    let (disk, time) = (SimulatedFileSystem(seed: 1), ManualTime())
    var options = Broker.Options()
    options.runsMaintenance = false
    let broker = try Broker.open("data", on: disk, time: time, options: options)
    let shards = Self.shards(of: broker, time)
    try shards.open(in: broker)
    #expect(shards.all.isEmpty && shards.existing(of: "cg1") == nil)
    let shard = try shards.shard(of: "cg1", in: broker)
    #expect(shard.partition.id == TopicPartition(topic: .consumerOffsets, partition: 1))
    #expect(shards.all.count == 4)
    #expect(try broker.topic(named: .consumerOffsets).partitionCount == 4)
    _ = try await shard.run { (state, _) in state.set(["a": 1]) }
    try broker.close()

    let again = try Broker.open("data", on: disk, time: time, options: options)
    let loaded = Self.shards(of: again, time)
    try loaded.open(in: again)
    #expect(try await loaded.existing(of: "cg1")?.read { $0.numbers } == ["a": 1])
    try again.close()
  }
}
