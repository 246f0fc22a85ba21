internal import Varve

extension HistoryRule {
  /// No read-committed reader sees a record of a transaction that was aborted, or that nobody
  /// asked to commit.
  public static let nothingAbortedSeen = HistoryRule { facts in
    facts.records.compactMap { record in
      guard record.isCommittedSeen, let number = record.transaction else { return nil }
      let transaction = facts.transactions[Int(number)]
      guard transaction.verdict == .aborted else { return nil }
      let partition = facts.partitions[record.partition]
      let place = record.seenOffset.map { "at offset \($0)" } ?? ""
      let reason = transaction.outcome == nil ? "was never to be committed" : "was aborted"
      return HistoryViolation(
        .abortedSeen,
        "transaction \(transaction.id) \(reason), and its record \(record.id) is seen"
          + " \(place) of \(partition)",
        partition: partition, offset: record.seenOffset, records: [record.id])
    }
  }
}
