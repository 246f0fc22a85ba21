package import VarveBase
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

extension Broker {
  /// Ends a transaction in one partition. A partition that is gone has nothing to end, and one that
  /// knows a later epoch of the producer, or of the coordinator, has ended it already.
  func writeMarker(
    _ markers: TransactionMarkers, _ topic: String, _ index: Int32
  ) async throws(CoordinatorError) {
    guard let name = try? TopicName(topic) else { return }
    if name == .consumerOffsets { return try await endOffsetCommits(markers, index) }
    let id = TopicPartition(topic: name, partition: index)
    let partition: Partition
    do throws(BrokerError) { partition = try self.partition(id) } catch {
      if error.code == .catalog(.unknownTopicOrPartition) { return }
      throw CoordinatorError(.coordinatorNotAvailable, error.description)
    }
    do throws(LogError) { try await partition.append(markers.batch(at: time.now)) } catch {
      switch error.code {
      case .invalidProducerEpoch, .invalidTransactionState: return
      default: throw CoordinatorError(.coordinatorNotAvailable, error.description)
      }
    }
  }

  /// Ends a transaction in a partition of groups: their coordinator writes the marker, since what
  /// was committed in the transaction counts from then on.
  private func endOffsetCommits(
    _ markers: TransactionMarkers, _ index: Int32
  ) async throws(CoordinatorError) {
    let producer = ProducerIdentity(id: markers.producerID, epoch: markers.producerEpoch)
    do throws(CoordinatorError) {
      try await groups.completeTransaction(
        in: index, of: producer, coordinatorEpoch: markers.coordinatorEpoch,
        commits: markers.isCommit)
    } catch {
      switch error.code {
      case .invalidProducerEpoch, .invalidTxnState, .unknownTopicOrPartition: return
      default: throw error
      }
    }
  }

  /// Ends a transaction in one partition that no coordinator knows of any more, and that would keep
  /// readers of committed records waiting for ever (KIP-664). The producer is shut out there.
  package func abortHangingTransaction(
    in id: TopicPartition, producerID: Int64, producerEpoch: Int16, coordinatorEpoch: Int32
  ) async throws(BrokerError) {
    let partition = try partition(id)
    let markers = TransactionMarkers(
      transactionalID: "", producerID: producerID, producerEpoch: producerEpoch, isCommit: false,
      coordinatorEpoch: coordinatorEpoch, partitions: [:])
    do throws(LogError) { try await partition.append(markers.batch(at: time.now)) } catch {
      throw BrokerError(error)
    }
  }

  /// The epoch of the metadata in which this broker began to lead the partition.
  func leaderEpoch(of id: TopicPartition) -> Int32 {
    metadata.image.topic(named: id.topic)?.partitions[id.partition]?.leaderEpoch ?? 0
  }
}

extension TransactionMarkers {
  fileprivate func batch(at now: Timestamp) -> ByteSlice {
    var builder = RecordBatchBuilder(
      producerID: producerID, producerEpoch: producerEpoch, isTransactional: true, isControl: true,
      capacity: 128)
    do throws(RecordBatchError) {
      try builder.appendMarker(
        commits: isCommit, coordinatorEpoch: coordinatorEpoch, timestamp: now)
      try builder.finish()
    } catch { preconditionFailure("a marker is a legal batch: \(error)") }
    return ByteSlice(builder.bytes)
  }
}
