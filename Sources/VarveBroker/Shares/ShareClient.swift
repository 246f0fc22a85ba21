package import VarveBase
package import VarveCoordination
internal import VarveProtocol

/// Who asks for a share group's records, and which partitions it may have.
package struct ShareClient: Sendable {
  let shares: BrokerShares
  let key: ShareSessions.Key
  private let serve: @Sendable (TopicID, Int32) throws(ErrorCode) -> Partition

  /// `serve` gives a partition, or says why not. Throws INVALID_REQUEST where the request does not
  /// say whose session it is of.
  package init(
    _ shares: BrokerShares, group: String?, member: String?,
    serve: @escaping @Sendable (TopicID, Int32) throws(ErrorCode) -> Partition
  ) throws(CoordinatorError) {
    guard let group, !group.isEmpty, let member, !member.isEmpty else {
      throw CoordinatorError(.invalidRequest, "a share session is of a group and a member")
    }
    self.shares = shares
    self.serve = serve
    key = ShareSessions.Key(group: group, member: member)
  }

  var sessions: ShareSessions { shares.broker.shareSessions }

  func partition(_ target: ShareSessions.Target) throws(ErrorCode) -> Partition {
    try serve(target.topicID, target.partition)
  }

  /// Takes the acknowledgements of a partition.
  func acknowledge(
    _ batches: [ShareAcknowledgementBatch], _ target: ShareSessions.Target
  ) async -> ShareOutcome {
    guard !batches.isEmpty else { return ShareOutcome() }
    do throws(CoordinatorError) {
      var acknowledgements: [Acknowledgement] = []
      for batch in batches { acknowledgements.append(try batch.decoded()) }
      let partition: Partition
      do throws(ErrorCode) { partition = try self.partition(target) } catch {
        return ShareOutcome(error)
      }
      try await shares.acknowledge(
        acknowledgements, of: partition, group: key.group, member: key.member)
      return ShareOutcome()
    } catch { return ShareOutcome(error) }
  }
}
