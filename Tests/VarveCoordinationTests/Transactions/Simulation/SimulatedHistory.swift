import Varve
import VarveTestKit

/// What clients were told, by slot, and the names of what they sent.
struct SimulatedHistory {
  static let partitionCount = 3
  /// Input record `n` of a slot is `slot * inputs + n`.
  static let inputs: UInt64 = 1_000_000

  var events = History()
  private var recordCount: UInt64 = 1_000_000_000
  private var transactionCount: UInt64 = 0
  private var sequences: [Int64] = Array(repeating: 0, count: 16)
  private(set) var sources: [RecordID: RecordID] = [:]

  static func output(_ partition: Int) -> TopicPartition {
    TopicPartition(topic: topic, partition: Int32(partition))
  }

  static func input(_ slot: Int) -> TopicPartition {
    TopicPartition(topic: inputTopic, partition: Int32(slot))
  }

  private static let topic = name("out")
  private static let inputTopic = name("in")

  private static func name(_ text: String) -> TopicName {
    do { return try TopicName(text) } catch { preconditionFailure("\(error)") }
  }

  mutating func begin(_ slot: Int) -> TransactionID {
    transactionCount += 1
    let transaction = TransactionID(rawValue: transactionCount)
    events.append(.began(transaction, by: "tx-\(slot)"))
    return transaction
  }

  mutating func send(
    _ slot: Int, _ transaction: TransactionID, to partition: Int, from input: Int64
  ) -> RecordID {
    recordCount += 1
    sequences[slot] += 1
    let id = RecordID(rawValue: recordCount)
    let source = RecordID(rawValue: UInt64(slot) * Self.inputs + UInt64(input))
    sources[id] = source
    events.append(
      .sent(
        SentRecord(
          id, by: "tx-\(slot)", to: Self.output(partition), sequence: sequences[slot],
          in: transaction, from: source)))
    return id
  }

  mutating func addOffset(_ slot: Int, _ transaction: TransactionID, _ offset: Int64) {
    events.append(
      .addedOffset(transaction, group: "tx-\(slot)", Self.input(slot), Offset(offset)))
  }
}
