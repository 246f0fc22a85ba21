import VarveBase
import VarveTestKit

/// What a client asks the brokers for.
enum SimulatedRequest {
  case start(as: SimulatedProducer?)
  case fetchOffset
  case add(partition: Int)
  case produce(partition: Int, sequence: Int32, [RecordID])
  case addOffsets
  case commitOffset(Int64)
  case end(commit: Bool)
}

struct SimulatedReply {
  var code = ErrorCode.none
  var producer: SimulatedProducer?
  /// Of the first record, or a group's committed offset.
  var offset: Int64?
}

/// An instance of a program that reads its input partition and writes a record for each record
/// that it read, with its position, in transactions. It has one request under way at a time, and
/// sends it again until it is answered.
struct SimulatedClient {
  /// The instances of one slot have its transactional id, its group and its input partition.
  let slot: Int
  let number: Int
  /// 2 where it speaks KIP-890.
  let version: Int
  var isAlive = true
  var producer: SimulatedProducer?
  /// Counts requests, so that late replies to earlier ones are known.
  var operation = 0
  var request: SimulatedRequest?
  /// When its last request arrives: those of version 1 come in order, as on one connection.
  var lane: Int64 = 0

  private(set) var transaction: TransactionID?
  private var plan: [SimulatedRequest] = []
  private var sequences: [Int: Int32] = [:]
  private var position: Int64?
  private var inputCount: Int64 = 0

  init(slot: Int, number: Int, version: Int) {
    (self.slot, self.number, self.version) = (slot, number, version)
  }

  var transactionalID: String { "tx-\(slot)" }

  /// What it asks for next.
  mutating func next(
    _ history: inout SimulatedHistory, _ random: inout SeededGenerator
  ) -> SimulatedRequest {
    guard producer != nil else { return .start(as: nil) }
    guard let position else { return .fetchOffset }
    if plan.isEmpty { begin(at: position, &history, &random) }
    let step = plan.removeFirst()
    switch step {
    case .produce(let partition, _, let records):
      let sequence = sequences[partition, default: 0]
      sequences[partition] = sequence + Int32(records.count)
      return .produce(partition: partition, sequence: sequence, records)
    case .end(commit: true):
      if let transaction { history.events.append(.committing(transaction)) }
      return step
    case .start: return .start(as: producer)
    default: return step
    }
  }

  private mutating func begin(
    at position: Int64, _ history: inout SimulatedHistory, _ random: inout SeededGenerator
  ) {
    let transaction = history.begin(slot)
    self.transaction = transaction
    inputCount = Int64.random(in: 1...4, using: &random)
    var output: [Int: [RecordID]] = [:]
    for input in position..<position + inputCount {
      let partition = Int.random(in: 0..<SimulatedHistory.partitionCount, using: &random)
      let record = history.send(slot, transaction, to: partition, from: input)
      output[partition, default: []].append(record)
    }
    for (partition, records) in output.sorted(by: { $0.key < $1.key }) {
      if version == 1 { plan.append(.add(partition: partition)) }
      plan.append(.produce(partition: partition, sequence: 0, records))
    }
    if version == 1 { plan.append(.addOffsets) }
    plan.append(.commitOffset(position + inputCount))
    history.addOffset(slot, transaction, position + inputCount)
    switch Int.random(in: 0..<10, using: &random) {
    case 0...6: plan.append(.end(commit: true))
    case 7, 8:
      plan.removeLast(Int.random(in: 0..<plan.count, using: &random))
      plan.append(.end(commit: false))
    default: plan.append(.start(as: nil))
    }
  }

  /// Takes the answer to its request in. False where it has to stop.
  mutating func take(_ reply: SimulatedReply, _ history: inout SimulatedHistory) -> Bool {
    guard let request else { return true }
    guard reply.code == .none else { return false }
    switch request {
    case .start:
      plan = []
      if let transaction { history.events.append(.ended(transaction, .aborted)) }
      transaction = nil
      rename(reply.producer)
    case .fetchOffset: position = reply.offset
    case .produce(_, _, let records):
      for (index, record) in records.enumerated() {
        let offset = reply.offset.map { Offset($0 + Int64(index)) }
        history.events.append(.acknowledged(record, at: offset))
      }
    case .end(let commit):
      if let transaction {
        history.events.append(.ended(transaction, commit ? .committed : .aborted))
      }
      transaction = nil
      if commit { position = position.map { $0 + inputCount } }
      if version == 2 { rename(reply.producer) }
    case .add, .addOffsets, .commitOffset: break
    }
    return true
  }

  /// Sequences begin anew with every id and epoch.
  private mutating func rename(_ producer: SimulatedProducer?) {
    if producer != self.producer { sequences = [:] }
    self.producer = producer
  }
}
