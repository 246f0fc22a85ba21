package import VarveBase
package import VarveCoordination
internal import VarveLog
internal import VarveProtocol

extension Broker {
  /// Ends a transaction in one partition. A partition that is gone has nothing to end, and one that
  /// knows a later epoch of the producer, or of the coordinator, has ended it already.
  ///
  /// `batch` is the marker, which all partitions of topics get alike.
  func writeMarker(
    _ markers: TransactionMarkers, _ batch: ByteSlice, _ topic: String, _ index: Int32
  ) async throws(CoordinatorError) {
    do throws(CoordinatorError) { try await storeMarker(markers, batch, topic, index) } catch {
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
  ) async throws(CoordinatorError) {
    let markers = TransactionMarkers(
      transactionalID: "", producerID: producerID, producerEpoch: producerEpoch, isCommit: false,
      coordinatorEpoch: coordinatorEpoch, partitions: [:])
    try await storeMarker(
      markers, markers.batch(at: time.now), id.topic.description, id.partition)
  }

  private func storeMarker(
    _ markers: TransactionMarkers, _ batch: ByteSlice, _ topic: String, _ index: Int32
  ) async throws(CoordinatorError) {
    guard let id = TopicPartition(directoryName: "\(topic)-\(index)") else {
      throw CoordinatorError(.unknownTopicOrPartition, "there is no topic '\(topic)'")
    }
    // What was committed in the transaction counts from then on, so groups have to hear of it.
    if id.topic == .consumerOffsets {
      return try await groups.completeTransaction(
        in: index,
        of: ProducerIdentity(id: markers.producerID, epoch: markers.producerEpoch),
        coordinatorEpoch: markers.coordinatorEpoch, commits: markers.isCommit)
    }
    let partition: Partition
    do throws(BrokerError) { partition = try self.partition(id) } catch {
      let isUnknown = error.code == .catalog(.unknownTopicOrPartition)
      throw CoordinatorError(
        isUnknown ? .unknownTopicOrPartition : .coordinatorNotAvailable, error.description)
    }
    do throws(LogError) { try await partition.append(batch) } catch {
      throw CoordinatorError(storing: error)
    }
  }
}

extension TransactionMarkers {
  func batch(at now: Timestamp) -> ByteSlice {
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
