internal import Synchronization
package import VarveBase
internal import VarveLog

/// Topics and records that go.
extension Broker {
  /// Deletes a topic and its files. Readers that are inside a segment keep it until they let go.
  ///
  /// With the metadata it is gone. What fails after that the logger is told, and it is made up for:
  /// files by the next start, checkpoints before a topic is made.
  package func deleteTopic(_ name: TopicName) throws(BrokerError) {
    try changing { () throws(BrokerError) in
      let records = try catalogued { catalog throws(CatalogError) in
        try catalog.deleteTopic(named: name)
      }
      let partitions = try partitions(of: name)
      try commit(records)
      state.withLock { state in
        for partition in partitions { state.partitions[partition.id] = nil }
      }
      for partition in partitions {
        warning(of: "the files of a deleted partition could not be removed", partition.id) {
          () throws(BrokerError) in try discard(partition)
        }
      }
      // What they say of these partitions is not true of others that are made under their names.
      warning(of: "the checkpoints still name a deleted topic", nil) {
        () throws(BrokerError) in try renewCheckpoints()
      }
    }
  }

  /// Moves a partition's start to `offset`; what is before it is gone, after a restart too.
  /// Returns the start. Throws `.offsetOutOfRange` past the end.
  @discardableResult
  package func deleteRecords(
    of id: TopicPartition, before offset: Offset
  ) throws(BrokerError) -> Offset {
    let partition = try partition(id)
    do {
      try partition.log.deleteRecords(before: offset)
      try writeCheckpoints()
    } catch { throw BrokerError(error) }
    return partition.log.startOffset
  }
}

extension Broker {
  /// Does what is not worth the failure of a deletion that is done.
  private func warning(
    of consequence: String, _ partition: TopicPartition?, _ body: () throws(BrokerError) -> Void
  ) {
    do throws(BrokerError) { try body() } catch {
      options.logger.log(
        .warning, consequence,
        [.partition: partition?.description ?? "", .error: error.description])
    }
  }

  func renewCheckpoints() throws(BrokerError) {
    do throws(LogError) { try writeCheckpoints() } catch { throw BrokerError(error) }
  }

  /// Closes a partition's log and removes its directory, which is renamed first so that a crash in
  /// between leaves nothing that looks like a partition.
  func discard(_ partition: Partition) throws(BrokerError) {
    let fileSystem = directory.fileSystem
    let path = directory.path(of: partition.id)
    let aside = directory.path(of: partition.id, suffix: "delete", unique: partition.topicID)
    partition.log.abandon()
    do {
      try fileSystem.rename(path, to: aside)
      try fileSystem.syncDirectory(directory.path)
      try fileSystem.removeDirectory(aside)
    } catch { throw BrokerError(LogError(error)) }
  }
}
