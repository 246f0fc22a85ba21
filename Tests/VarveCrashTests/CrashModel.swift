import VarveBase
import VarveLog

/// What a log was given, kept as a plain list: every question is answered by reading it from the
/// start.
struct CrashModel {
  struct Batch {
    /// As the log stores it.
    var bytes: [UInt8]
    var firstOffset: Offset
    var timestamps: [Timestamp]
    var producerID: Int64 = -1
    var epoch: Int16 = -1
    var firstSequence: Int32 = -1
    var isTransactional = false
    /// Set for the marker that ends a transaction.
    var isAbort: Bool?

    var nextOffset: Offset { firstOffset + Int64(timestamps.count) }
    var lastOffset: Offset { nextOffset + -1 }
    var isMarker: Bool { isAbort != nil }
  }

  private(set) var batches: [Batch] = []
  /// Where the log begins: moved by deletions and retention.
  var start: Offset = 0
  /// The least start that a recovery may come up with: what the checkpoint says.
  var durableStart: Offset = 0
  /// All before it was acknowledged as durable.
  var durable: Offset = 0
  private var emptyEnd: Offset = 0

  var end: Offset { batches.last?.nextOffset ?? emptyEnd }

  mutating func append(_ batch: Batch) { batches.append(batch) }

  /// Follows a log that ended earlier after a crash than before it.
  mutating func cut(to end: Offset) {
    batches.removeAll { $0.firstOffset >= end }
    durable = min(durable, end)
  }

  /// Follows a log that lost all that it had and starts anew at `offset`.
  mutating func restart(at offset: Offset) {
    batches = []
    (emptyEnd, start, durable, durableStart) = (offset, offset, offset, offset)
  }

  // MARK: What the log must answer

  var bounds: Set<Offset> { Set(batches.map(\.nextOffset)).union([emptyEnd]) }

  /// The batches that a reader gets from `offset` on.
  func batches(from offset: Offset) -> [Batch] { batches.filter { $0.nextOffset > offset } }

  /// The first record of the log stamped `target` or later.
  func firstOffset(stampedAtOrAfter target: Timestamp) -> Offset? {
    for batch in batches {
      for (index, timestamp) in batch.timestamps.enumerated() {
        let offset = batch.firstOffset + Int64(index)
        if timestamp >= target, offset >= start { return offset }
      }
    }
    return nil
  }

  /// A producer as its batches say.
  struct Producer: Equatable {
    var epoch: Int16 = 0
    var nextSequence: Int32 = 0
    var transactionStart: Offset?
  }

  func producer(_ id: Int64) -> Producer {
    var producer = Producer()
    for batch in batches where batch.producerID == id {
      if batch.epoch != producer.epoch { producer.nextSequence = 0 }
      producer.epoch = batch.epoch
      if batch.isMarker {
        producer.transactionStart = nil
      } else {
        producer.nextSequence = batch.firstSequence + Int32(batch.timestamps.count)
        if batch.isTransactional {
          producer.transactionStart = producer.transactionStart ?? batch.firstOffset
        }
      }
    }
    return producer
  }

  /// The last batch that a producer may send again and have recognised; nil after a marker of
  /// another epoch.
  func lastBatch(of id: Int64) -> Batch? {
    let own = batches.filter { $0.producerID == id }
    guard let last = own.last(where: { !$0.isMarker }), own.last?.epoch == last.epoch else {
      return nil
    }
    return last
  }

  var lastStableOffset: Offset {
    let open = Set(batches.map(\.producerID)).compactMap { producer($0).transactionStart }
    return max(open.min() ?? end, start)
  }

  /// The aborted transactions that overlap what a committed reader may see.
  var aborted: [AbortedRange] {
    var open: [Int64: Offset] = [:]
    var found: [AbortedRange] = []
    for batch in batches {
      if let isAbort = batch.isAbort {
        if isAbort, let first = open[batch.producerID] {
          found.append(
            AbortedRange(
              producerID: batch.producerID, firstOffset: first, lastOffset: batch.lastOffset))
        }
        open[batch.producerID] = nil
      } else if batch.isTransactional {
        open[batch.producerID] = open[batch.producerID] ?? batch.firstOffset
      }
    }
    return found.filter { $0.lastOffset >= start && $0.firstOffset < lastStableOffset }
  }
}

struct AbortedRange: Equatable {
  var producerID: Int64
  var firstOffset: Offset
  var lastOffset: Offset
}
