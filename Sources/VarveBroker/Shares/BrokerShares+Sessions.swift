internal import VarveBase
internal import VarveCoordination

/// What becomes of records whose consumers are gone (KIP-932).
extension BrokerShares {
  /// The client of a connection is gone: others may have at once what its sessions had.
  package func clientIsGone(_ owner: ShareSessions.Owner) {
    let ended = broker.shareSessions.remove(of: owner)
    guard !ended.isEmpty else { return }
    Task { for (key, targets) in ended { await release(targets, of: key) } }
  }

  /// The server stops, whose connections are closed: sessions are forgotten, and what consumers
  /// have stays theirs, as long as the broker has it in memory.
  package func serverStops(_ owner: ShareSessions.Owner) {
    _ = broker.shareSessions.remove(of: owner)
  }

  /// Gives back what a member had when its session ends.
  func release(_ targets: [ShareSessions.Target], of key: ShareSessions.Key) async {
    for target in targets {
      guard let partition = partition(of: key.share(of: target)) else { continue }
      do throws(CoordinatorError) {
        try await release(partition, group: key.group, member: key.member)
      } catch { tell(error, partition) }
    }
  }

  /// As if records had not been acquired, which nobody will get.
  func cancel(
    _ offsets: [ClosedRange<Int64>], _ target: ShareSessions.Target, of key: ShareSessions.Key
  ) async {
    let share = key.share(of: target)
    guard let partition = partition(of: share) else { return }
    do throws(CoordinatorError) { try await cancel(offsets, of: share, by: key.member) } catch {
      tell(error, partition)
    }
  }

  private func tell(_ error: CoordinatorError, _ partition: Partition) {
    broker.options.logger.log(
      .warning, "records of a share session that ended come back when their locks are over",
      [.partition: partition.id.description, .error: error.description])
  }
}

extension ShareSessions.Key {
  fileprivate func share(of target: ShareSessions.Target) -> SharePartitionKey {
    SharePartitionKey(group: group, topicID: target.topicID, partition: target.partition)
  }
}
