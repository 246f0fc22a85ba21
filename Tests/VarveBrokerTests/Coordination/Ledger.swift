import Synchronization
import VarveBase
import VarveBroker
import VarveCoordination
import VarveProtocol
import VarveTestKit

/// A coordinator for tests of the shell: numbers by their names, some of them pending, and an alarm
/// that zeroes one.
struct Ledger: Coordinator {
  typealias Record = GroupRecord

  var numbers: [String: Int64] = [:]
  var pending: [Int64: [String: Int64]] = [:]
  var loadCount = 0
  var nextDeadline: Int64?

  mutating func replay(_ record: GroupRecord, producerID: Int64?) {
    guard case .offsetCommit(let key, let value) = record else { return }
    if let producerID {
      pending[producerID, default: [:]][key.group] = value?.offset.rawValue
    } else {
      numbers[key.group] = value?.offset.rawValue
    }
  }

  mutating func replayMarker(producerID: Int64, commits: Bool) {
    let ended = pending.removeValue(forKey: producerID) ?? [:]
    if commits { numbers.merge(ended) { $1 } }
  }

  mutating func loaded(at now: Moment) -> Decision<GroupRecord, Void, String> {
    loadCount += 1
    return Decision(effects: ["loaded"])
  }

  mutating func expire(at now: Moment) -> Decision<GroupRecord, Void, String> {
    guard let due = nextDeadline, due <= now.uptime else { return Decision() }
    nextDeadline = nil
    return set(["alarm": 0], effect: "alarm")
  }

  mutating func set(
    _ values: [String: Int64], of producer: Int64? = nil, effect: String = "set"
  ) -> Decision<GroupRecord, Void, String> {
    let records = values.sorted { $0.key < $1.key }.map { name, number in
      var key = OffsetCommitKey()
      key.group = name
      var value = OffsetCommitValue()
      value.offset = Offset(number)
      return GroupRecord.offsetCommit(key, value)
    }
    for record in records { replay(record, producerID: producer) }
    return Decision(records: records, effects: [effect])
  }
}

/// What a ledger's shard had it do.
final class LedgerEffects: CoordinatorEffects {
  let told = Mutex<[String]>([])

  func perform(_ effects: [String]) { told.withLock { $0 += effects } }
  func stateLost(_ reason: CoordinatorError) { told.withLock { $0.append("lost") } }
}

/// A broker with a ledger in one partition.
struct LedgerBroker {
  let broker: Broker
  let effects = LedgerEffects()
  let shard: CoordinatorShard<Ledger>

  init(
    on disk: any FileSystem, time: ManualTime, configs: [String: String] = [:]
  ) throws {
    var options = Broker.Options()
    options.runsMaintenance = false
    broker = try Broker.open("data", on: disk, time: time, options: options)
    if !broker.topics().contains(where: { $0.name.description == "ledger" }) {
      _ = try broker.createTopic("ledger", configs: configs)
    }
    let partition = try broker.partition(
      TopicPartition(topic: TopicName("ledger"), partition: 0))
    shard = CoordinatorShard(
      partition, time: time, timer: broker.coordinatorTimer, logger: .discarding,
      effects: effects
    ) { Ledger() }
  }

  func numbers() async throws -> [String: Int64] { try await shard.read { $0.numbers } }

  func set(
    _ values: [String: Int64], as producer: ProducerIdentity? = nil
  ) async throws(CoordinatorError) {
    try await shard.run(as: producer) { (ledger, _) in ledger.set(values, of: producer?.id) }
  }

  var told: [String] { effects.told.withLock { $0 } }
}
