internal import Synchronization
internal import VarveBase

/// Share groups behind Kafka's protocol (KIP-932).
///
/// A consumer becomes a member of its group with its first poll, and is told there which of the
/// partitions it fetches from. Kafka has no word for ``ShareAcknowledgement/release(after:)``'s
/// time and ``ShareAcknowledgement/reject(reason:)``'s reason: they stand in tagged fields of
/// Varve's own, which another broker passes over.
struct RemoteShares: ShareEngine {
  let cluster: RemoteCluster

  func fetch(
    _ ids: [TopicPartition], for consumer: ShareIdentity, recordsMax: Int, bytesMax: Int,
    wait: Int64
  ) async throws(VarveError) -> [SharedSlice] {
    let member = cluster.shareMembers.member(consumer, of: cluster, reading: ids)
    do throws(VarveError) {
      return try await member.fetch(recordsMax: recordsMax, bytesMax: bytesMax, wait: wait)
    } catch {
      // Whom the group will not have may ask it again.
      if member.isOver { cluster.shareMembers.remove(member) }
      guard error.code != .cancelled else { return [] }
      throw error
    }
  }

  func acknowledge(
    _ offsets: [ClosedRange<Offset>], of partition: TopicPartition, for consumer: ShareIdentity,
    as acknowledgement: ShareAcknowledgement
  ) async throws(VarveError) {
    guard let member = cluster.shareMembers[consumer] else {
      throw VarveError(
        .notAssigned,
        "the consumer of share group '\(consumer.group)' has given back all that it had",
        partition: partition)
    }
    try await member.acknowledge(offsets, of: partition, as: acknowledgement)
  }

  func release(
    _ partitions: [TopicPartition], of consumer: ShareIdentity
  ) async throws(VarveError) {
    guard let member = cluster.shareMembers[consumer] else { return }
    cluster.shareMembers.remove(member)
    try await member.close()
  }

  func abandon(_ consumer: ShareIdentity) {
    guard let member = cluster.shareMembers[consumer] else { return }
    cluster.shareMembers.remove(member)
    // Where it fails, records come back when their locks are over.
    Task { try? await member.close() }
  }
}

/// The share consumers of a cluster that have polled.
final class RemoteShareMembers: Sendable {
  private let members = Mutex<[ShareIdentity: RemoteShareMember]>([:])

  subscript(_ consumer: ShareIdentity) -> RemoteShareMember? { members.withLock { $0[consumer] } }

  /// The member that a consumer is.
  func member(
    _ consumer: ShareIdentity, of cluster: RemoteCluster, reading ids: [TopicPartition]
  ) -> RemoteShareMember {
    members.withLock { members in
      if let member = members[consumer] { return member }
      let member = RemoteShareMember(
        consumer, topics: Set(ids.map(\.topic)).sorted(), of: cluster)
      members[consumer] = member
      return member
    }
  }

  func remove(_ member: RemoteShareMember) {
    members.withLock { members in
      if members[member.identity] === member { members[member.identity] = nil }
    }
  }

  /// The connections are closed: nobody is a member any more.
  func close() {
    let all = members.withLock { members in
      defer { members = [:] }
      return members.values
    }
    for member in all { member.stop() }
  }
}
