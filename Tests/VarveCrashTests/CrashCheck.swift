import VarveBase
import VarveLog
import VarveTestKit

/// Compares a log that was opened after a crash with what it had been given before.
struct CrashCheck {
  let log: PartitionLog
  let report: LogLoader.Report

  /// Brings `model` down to what was recovered, or throws a `Violation`.
  ///
  /// - Parameter keepsAll: whether the program was killed and the machine went on, so that all that
  ///   was appended must be there.
  func reconcile(_ model: inout CrashModel, keepsAll: Bool) throws {
    let (start, end) = (log.startOffset, log.endOffset)
    try require(
      start >= model.durableStart && start <= max(model.start, model.durableStart),
      "starts at \(start), not between \(model.durableStart) and \(model.start)")
    try require(
      end >= model.durable && (!keepsAll || end == model.end),
      "ends at \(end); \(model.durable) was durable, \(model.end) appended; \(report)")
    if let restart = report.restartOffset {
      try require(start == restart && end == restart, "started anew at \(start)")
      model.restart(at: restart)
    } else {
      try require(
        model.bounds.contains(end), "ends at \(end), inside of a batch or past \(model.end)")
      model.cut(to: end)
    }
    model.start = start
    model.durable = end
    try require(log.flushedOffset == end, "what was recovered is not durable")
  }

  /// Asks the log everything, and compares with the model.
  func compare(with model: CrashModel, _ random: inout SeededGenerator) throws {
    try compareContent(model)
    try compareTransactions(model)
    try compareLookups(model, &random)
    for id in CrashWorkload.producerIDs { try CrashWorkload.checkResend(id, model, log) }
  }

  private func compareContent(_ model: CrashModel) throws {
    try require(log.endOffset == model.end, "ends at \(log.endOffset), not \(model.end)")
    try require(log.startOffset == model.start, "starts at \(log.startOffset)")
    var expected = model.batches(from: model.start)[...]
    var next = model.start
    while next < model.end {
      let slice = try log.read(from: next, maxBytes: 4000)
      let last = next
      try take(slice.bytes, &expected, &next)
      try require(next > last, "nothing could be read at \(next)")
    }
    try require(expected.isEmpty, "\(expected.count) batches are missing at the end")
    try require(try log.read(from: next, maxBytes: 1).bytes.isEmpty, "more than the end")
  }

  private func take(
    _ bytes: ByteSlice, _ expected: inout ArraySlice<CrashModel.Batch>, _ next: inout Offset
  ) throws {
    var position = 0
    while let batch = expected.first, position + batch.bytes.count <= bytes.count {
      let found = bytes.slice(position..<position + batch.bytes.count)
      try require(
        found.elementsEqual(batch.bytes), "the batch at \(batch.firstOffset) differs")
      position += batch.bytes.count
      next = batch.nextOffset
      expected.removeFirst()
    }
  }

  private func compareTransactions(_ model: CrashModel) throws {
    let stable = model.lastStableOffset
    try require(
      log.lastStableOffset == stable, "stable up to \(log.lastStableOffset), not \(stable)")
    let slice = try log.read(from: model.start, maxBytes: 1, isolation: .readCommitted)
    guard !slice.bytes.isEmpty else { return }
    let found = slice.aborted.map {
      AbortedRange(
        producerID: $0.producerID, firstOffset: $0.firstOffset, lastOffset: $0.lastOffset)
    }
    try require(found == model.aborted, "aborted: \(found), not \(model.aborted)")
  }

  private func compareLookups(_ model: CrashModel, _ random: inout SeededGenerator) throws {
    guard model.start < model.end else { return }
    for _ in 0..<4 {
      let offset = Offset(
        Int64.random(in: model.start.rawValue..<model.end.rawValue, using: &random))
      let expected = model.batches(from: offset)[0]
      let found = try log.read(from: offset, maxBytes: 1).bytes
      try require(
        found.elementsEqual(expected.bytes), "offset \(offset) is not found in its batch")
    }
    let stamps = model.batches.flatMap(\.timestamps)
    for _ in 0..<4 {
      let target = (stamps.randomElement(using: &random) ?? 0).rawValue
      let time = Timestamp(target + Int64.random(in: -1...1, using: &random))
      let found = try log.firstRecord(stampedAtOrAfter: time)?.offset
      let expected = model.firstOffset(stampedAtOrAfter: time)
      try require(
        found == expected,
        "time \(time): \(found?.description ?? "none"), not \(expected?.description ?? "none")"
      )
    }
  }
}
