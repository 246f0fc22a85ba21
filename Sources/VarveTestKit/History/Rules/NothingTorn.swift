internal import Varve

extension HistoryRule {
  /// All records of a transaction are visible to read-committed readers, or none is, whatever its
  /// producer was told.
  public static let nothingTorn = HistoryRule { facts in
    facts.transactions.compactMap { transaction in
      // Each visible record of an aborted transaction is a fault of its own.
      guard transaction.verdict != .aborted else { return nil }
      let records = transaction.records.map { facts.records[Int($0)] }
      guard let missing = records.first(where: { facts.isMissing($0, of: .readCommitted) }),
        let visible = records.first(where: { $0.isCommittedSeen })
      else { return nil }
      let partition = facts.partitions[missing.partition]
      return HistoryViolation(
        .torn,
        "transaction \(transaction.id) shows record \(visible.id) of"
          + " \(facts.partitions[visible.partition]), and not record \(missing.id) of \(partition)",
        partition: partition, offset: missing.offset, records: [visible.id, missing.id])
    }
  }
}
