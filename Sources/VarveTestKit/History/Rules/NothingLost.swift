internal import Varve

extension HistoryRule {
  /// What was acknowledged, or seen by anybody, is in the final read, in a transaction too once it
  /// is committed; and there is a final read wherever something was acknowledged.
  ///
  /// Records below the start of the final read were deleted as retention does, and are not lost.
  public static let nothingLost = HistoryRule { facts in
    unaudited(facts)
      + facts.records.compactMap { record in
        guard isLost(record, facts) else { return nil }
        let partition = facts.partitions[record.partition]
        let place = record.offset.map { " at offset \($0)" } ?? ""
        let promise = record.answer == .acknowledged ? "acknowledged" : "seen"
        return HistoryViolation(
          .lost, "record \(record.id) was \(promise)\(place) of \(partition), and is gone",
          partition: partition, offset: record.offset, records: [record.id])
      }
  }

  /// Of an undecided transaction the other records say whether it is torn.
  private static func isLost(_ record: HistoryFacts.Record, _ facts: HistoryFacts) -> Bool {
    if facts.isMissing(record, of: .readUncommitted) { return true }
    guard facts.isMissing(record, of: .readCommitted) else { return false }
    let verdict = facts.verdict(on: record)
    return verdict == nil || verdict == .committed
  }

  private static func unaudited(_ facts: HistoryFacts) -> [HistoryViolation] {
    var counts: [Int32: Int] = [:]
    for record in facts.records
    where record.answer == .acknowledged && facts.audits[record.partition] == nil {
      counts[record.partition, default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { number, count in
      let partition = facts.partitions[number]
      return HistoryViolation(
        .unaudited, "\(partition) acknowledged \(count) records and has no final read",
        partition: partition)
    }
  }
}
