internal import VarveBase
internal import VarveCoordination

// What Varve's queues have beyond Kafka's share groups, in tagged fields.
extension RemoteShares {
  /// Where an answer is lost the question is put again: what the first has woken is not counted.
  func unpark(_ token: String, in group: String) async throws(VarveError) -> Int {
    let groups = RemoteGroups(brokers: cluster.brokers)
    let count = try await cluster.persistently { () throws(VarveError) in
      do throws(CoordinatorError) { return try await groups.unpark(token, of: group) } catch {
        throw VarveError(error)
      }
    }
    guard let count else {
      throw VarveError(
        .unsupportedVersion, "the broker is not Varve: it has no records that are parked")
    }
    return count
  }

  func first(
    ofCopyAt offset: Offset, in partition: TopicPartition, group: String
  ) async throws(VarveError) -> Offset? {
    let groups = RemoteGroups(brokers: cluster.brokers)
    return try await cluster.persistently { () throws(VarveError) in
      do throws(CoordinatorError) {
        return try await groups.first(ofCopyAt: offset, in: partition, of: group)
      } catch { throw VarveError(error, in: partition) }
    }
  }
}
