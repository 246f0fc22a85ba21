internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// A transaction that a partition has open.
private struct OpenTransaction {
  let partition: Partition
  let producer: ProducerIdentity
  let coordinatorEpoch: Int32
}

extension Broker {
  /// Ends the transactions that partitions have open and no coordinator would ever end.
  ///
  /// A loss of power may take what a coordinator had stored and leave the records, or take a marker
  /// and leave the coordinator's word that all were written, where the durability of neither is
  /// `group`. Readers of committed records would wait for ever. Done when the directory is opened
  /// after a crash, before anybody can begin a transaction.
  func endOrphanedTransactions() {
    for open in openTransactions {
      do throws(CoordinatorError) { try end(open) } catch {
        options.logger.log(
          .error, "a transaction that no coordinator knows of could not be ended",
          [.partition: open.partition.id.description, .error: error.description])
      }
    }
  }

  private var openTransactions: [OpenTransaction] {
    allPartitions.filter { $0.id.topic != .transactionState }.flatMap { partition in
      partition.log.producers.filter { $0.transactionStart != nil }.map { producer in
        OpenTransaction(
          partition: partition,
          producer: ProducerIdentity(id: producer.producerID, epoch: producer.epoch),
          coordinatorEpoch: max(0, producer.coordinatorEpoch))
      }
    }
  }

  private func end(_ open: OpenTransaction) throws(CoordinatorError) {
    let producer = (open.producer.id, open.producer.epoch)
    for shard in transactions.shards.all {
      let fate = try shard.runBlocking { (state, _) in
        Decision(state.fate(of: producer, in: open.partition.id))
      }
      switch fate {
      case .coordinated: return
      case .ended(let commits): return try endOrphan(open, commits: commits)
      case .torn(let id):
        try shard.runBlocking { (state, now) throws(CoordinatorError) in
          try state.abort(id, at: now)
        }
        return try endOrphan(open, commits: false)
      case nil: continue
      }
    }
    try endOrphan(open, commits: false)
  }

  private func endOrphan(_ open: OpenTransaction, commits: Bool) throws(CoordinatorError) {
    let id = open.partition.id
    options.logger.log(
      .warning,
      """
      \(commits ? "committed" : "aborted") a transaction of producer \(open.producer.id) that no \
      coordinator would have ended
      """, [.partition: id.description])
    if id.topic == .consumerOffsets {
      return try coordination.groups.all[Int(id.partition)].completeTransactionBlocking(
        of: open.producer, coordinatorEpoch: open.coordinatorEpoch, commits: commits)
    }
    let markers = TransactionMarkers(
      transactionalID: "", producerID: open.producer.id, producerEpoch: open.producer.epoch,
      isCommit: commits, coordinatorEpoch: open.coordinatorEpoch, partitions: [:])
    do throws(LogError) { try open.partition.append(markers.batch(at: time.now).bytes) } catch {
      throw CoordinatorError(storing: error)
    }
  }
}
