import Testing
import VarveBase
import VarveLog
import VarveTestKit

@Suite struct ProducerStateTests {
  private func batch(
    _ first: Int32, count: Int32 = 1, epoch: Int16 = 0, at offset: Offset = 0,
    producer: Int64 = 7, transactional: Bool = false, timestamp: Timestamp = 1000
  ) -> ProducerBatch {
    ProducerBatch(
      producerID: producer, epoch: epoch, firstSequence: first,
      lastSequence: Int32((Int64(first) + Int64(count) - 1) % 0x8000_0000), firstOffset: offset,
      lastOffset: offset + Int64(count) + -1, timestamp: timestamp,
      isTransactional: transactional)
  }

  private func marker(
    at offset: Offset, epoch: Int16 = 0, coordinatorEpoch: Int32 = 0, producer: Int64 = 7,
    abort: Bool = true
  ) -> TransactionMarker {
    TransactionMarker(
      producerID: producer, producerEpoch: epoch, coordinatorEpoch: coordinatorEpoch,
      offset: offset, timestamp: 2000, isAbort: abort)
  }

  /// Random batches, most of them right, from four producers; the model reads its whole log for
  /// each answer.
  @Test("G18: every verdict equals a slow model's", arguments: UInt64(1)...8)
  func againstModel(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var model = ProducerModel()
    var table = ProducerStateTable()
    var end: Offset = 0
    for step in 0..<600 {
      let context = "seed \(seed), step \(step)"
      let producer = Int64.random(in: 1...4, using: &random)
      if Int.random(in: 0..<8, using: &random) == 0 {
        endTransaction(producer, at: &end, &model, &table, &random, context)
      } else {
        let batch = randomBatch(of: producer, at: end, model, &random)
        let expected = model.judge(batch)
        #expect(table.verdict(batch) == expected, "\(context)")
        guard expected == .append else { continue }
        model.log.append(.batch(batch))
        table.apply(batch)
        end = batch.lastOffset + 1
      }
      #expect(table.firstUndecidedOffset == model.firstUndecidedOffset, "\(context)")
      #expect(table.endOffset == end, "\(context)")
      let state = table.producers[producer]
      #expect(state?.transactionStart == model.transactionStart(producer), "\(context)")
      #expect(state?.epoch == model.history(producer).last?.epoch, "\(context)")
      expectSnapshotHolds(table, context)
    }
  }

  private func randomBatch(
    of producer: Int64, at end: Offset, _ model: ProducerModel, _ random: inout SeededGenerator
  ) -> ProducerBatch {
    let history = model.history(producer)
    let count = Int32.random(in: 1...5, using: &random)
    var epoch = history.last?.epoch ?? 0
    // Near the end of the numbers at first, so that most runs wrap around.
    var first = history.isEmpty ? Int32.max - 10 : model.nextSequence(producer)
    switch Int.random(in: 0..<12, using: &random) {
    case 0:
      epoch += 1
      first = Bool.random(using: &random) ? 0 : first
    case 1: epoch -= 1
    case 2: first = Int32((Int64(first) + Int64.random(in: 1...9, using: &random)) % 0x8000_0000)
    case 3, 4:
      let sent = history.compactMap { event in
        if case .batch(let batch) = event { batch } else { nil as ProducerBatch? }
      }
      if let again = sent.suffix(8).randomElement(using: &random) { return again }
    default: break
    }
    let inTransaction = model.transactionStart(producer) != nil
    let transactional = Int.random(in: 0..<10, using: &random) == 0 ? !inTransaction : inTransaction
    return batch(
      first, count: count, epoch: epoch, at: end, producer: producer, transactional: transactional,
      timestamp: Timestamp(Int64.random(in: 0...1000, using: &random)))
  }

  private func endTransaction(
    _ producer: Int64, at end: inout Offset, _ model: inout ProducerModel,
    _ table: inout ProducerStateTable, _ random: inout SeededGenerator, _ context: String
  ) {
    let epoch = model.history(producer).last?.epoch ?? 0
    let bump: Int16 = Bool.random(using: &random) ? 1 : 0
    let marker = marker(
      at: end, epoch: epoch + bump, producer: producer, abort: Bool.random(using: &random))
    #expect(throws: Never.self) { try table.check(marker) }
    let aborted = table.apply(marker)
    #expect(aborted == model.end(marker), "\(context)")
    end = end + 1
  }

  /// A snapshot keeps all but the older four of the last five batches.
  private func expectSnapshotHolds(_ table: ProducerStateTable, _ context: String) {
    let states = table.producers.values.sorted { $0.producerID < $1.producerID }
    let bytes = ProducerSnapshot.encode(states)
    let decoded = try? bytes.withRawSpan { try ProducerSnapshot.decode($0, file: "s") }
    let loaded = ProducerStateTable(decoded ?? [], endOffset: table.endOffset)
    #expect(loaded.firstUndecidedOffset == table.firstUndecidedOffset, "\(context)")
    for state in states {
      let again = loaded.producers[state.producerID]
      #expect(
        again?.batches.last
          == state.batches.last.map { last in
            var last = last
            last.timestamp = state.lastTimestamp
            return last
          }, "\(context)")
      #expect(again?.epoch == state.epoch, "\(context)")
      #expect(again?.lastTimestamp == state.lastTimestamp, "\(context)")
      #expect(again?.coordinatorEpoch == state.coordinatorEpoch, "\(context)")
      #expect(again?.transactionStart == state.transactionStart, "\(context)")
    }
  }

  @Test func `a batch sent again is recognised while five newer ones are known`() throws {
    var table = ProducerStateTable()
    for step in 0..<6 { table.apply(batch(Int32(step), at: Offset(Int64(step)))) }
    for step in 1..<6 {
      let earlier = try table.check(batch(Int32(step), at: 100))
      #expect(earlier?.firstOffset == Offset(Int64(step)))
    }
    let error = #expect(throws: LogError.self) { try table.check(batch(0, at: 100)) }
    #expect(error?.code == .outOfOrderSequence)
  }

  @Test func `after the largest sequence number comes zero`() throws {
    var table = ProducerStateTable()
    table.apply(batch(Int32.max - 1, count: 4, at: 0))
    #expect(table.producers[7]?.lastSequence == 1)
    #expect(try table.check(batch(2)) == nil)
    #expect(try table.check(batch(Int32.max - 1, count: 4))?.firstSequence == Int32.max - 1)
    table.apply(batch(2, count: Int32.max - 1, at: 4))
    #expect(table.producers[7]?.lastSequence == Int32.max)
    #expect(try table.check(batch(0)) == nil)
  }

  @Test func `an unknown producer may begin anywhere, a new epoch at zero`() throws {
    var table = ProducerStateTable()
    #expect(try table.check(batch(40)) == nil)
    table.apply(batch(40))
    let error = #expect(throws: LogError.self) { try table.check(batch(41, epoch: 1)) }
    #expect(error?.code == .outOfOrderSequence)
    #expect(try table.check(batch(0, epoch: 1)) == nil)
    table.apply(batch(0, epoch: 1, at: 1))
    let old = #expect(throws: LogError.self) { try table.check(batch(41, epoch: 0)) }
    #expect(old?.code == .invalidProducerEpoch)
  }

  @Test func `a marker of an older coordinator or producer is refused`() throws {
    var table = ProducerStateTable()
    _ = table.apply(marker(at: 0, epoch: 3, coordinatorEpoch: 5))
    let zombie = #expect(throws: LogError.self) {
      try table.check(marker(at: 1, epoch: 3, coordinatorEpoch: 4))
    }
    #expect(zombie?.code == .invalidTransactionState)
    let replaced = #expect(throws: LogError.self) {
      try table.check(marker(at: 1, epoch: 2, coordinatorEpoch: 5))
    }
    #expect(replaced?.code == .invalidProducerEpoch)
    try table.check(marker(at: 1, epoch: 3, coordinatorEpoch: 5))
  }

  @Test func `the last stable offset waits for the oldest open transaction`() {
    var table = ProducerStateTable()
    table.apply(batch(0, at: 10, producer: 1, transactional: true))
    table.apply(batch(0, at: 11, producer: 2, transactional: true))
    #expect(table.firstUndecidedOffset == 10)
    let second = table.apply(marker(at: 12, producer: 2))
    #expect(second?.lastStableOffset == 10)
    #expect(second?.firstOffset == 11)
    let first = table.apply(marker(at: 13, producer: 1))
    #expect(first?.lastStableOffset == 14)
    #expect(table.firstUndecidedOffset == nil)
  }

  @Test func `a marker without a transaction in this log leaves no trace in the index`() {
    var table = ProducerStateTable()
    #expect(table.apply(marker(at: 0)) == nil)
    #expect(table.producers[7]?.coordinatorEpoch == 0)
    #expect(table.endOffset == 1)
  }

  @Test func `idle producers are forgotten, those in a transaction are not`() {
    var table = ProducerStateTable()
    table.apply(batch(0, at: 0, producer: 1))
    table.apply(batch(0, at: 1, producer: 2, transactional: true))
    table.apply(batch(0, at: 2, producer: 3, timestamp: 1500))
    table.removeExpired(now: 1999, after: 1000)
    #expect(table.producers.keys.sorted() == [1, 2, 3])
    table.removeExpired(now: 2000, after: 1000)
    #expect(table.producers.keys.sorted() == [2, 3])
  }
}
