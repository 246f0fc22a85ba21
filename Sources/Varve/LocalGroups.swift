internal import Synchronization
internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

/// The coordinators of groups of the engine in this process.
final class LocalGroups: GroupClient {
  /// What members in this process have for an address.
  private static let host = "in-process"
  static let client = BrokerGroups.Client(clientID: "varve", host: host)

  private let broker: Broker
  private let state = Mutex(State())

  private struct State {
    var news: [String: ChangeSignal] = [:]
    /// Ends with the members that an earlier process left in a group.
    var cleanups: [String: Task<Void, Never>] = [:]
  }

  init(_ broker: Broker) { self.broker = broker }

  func heartbeat(
    _ request: ConsumerGroupHeartbeatRequest
  ) async throws(CoordinatorError) -> ConsumerGroupHeartbeatResponse {
    if request.memberEpoch == 0 { await cleanup(of: request.groupID).value }
    do throws(CoordinatorError) {
      let response = try await broker.groups.consumerGroupHeartbeat(request, from: Self.client)
      if request.topicPartitions != nil || response.memberEpoch != request.memberEpoch
        || request.memberEpoch < 0
      {
        news(of: request.groupID).signal()
      }
      return response
    } catch { throw explained(error) }
  }

  func commitOffsets(
    _ request: OffsetCommitRequest
  ) async throws(CoordinatorError) -> OffsetCommitResponse {
    do throws(CoordinatorError) {
      // The last version with names of topics.
      return try await broker.groups.offsetCommit(request, version: 9, from: Self.client)
    } catch { throw explained(error) }
  }

  func fetchOffsets(_ request: OffsetFetchRequest) async -> OffsetFetchResponse {
    await broker.groups.offsetFetch(request)
  }

  func deleteOffsets(
    _ request: OffsetDeleteRequest
  ) async throws(CoordinatorError) -> OffsetDeleteResponse {
    do throws(CoordinatorError) { return try await broker.groups.offsetDelete(request) } catch {
      throw explained(error)
    }
  }

  func list(
    _ request: ListGroupsRequest
  ) async throws(CoordinatorError) -> ListGroupsResponse {
    let response = await broker.groups.listGroups(request)
    guard response.errorCode == .none else {
      throw explained(CoordinatorError(response.errorCode, "not all groups can be listed"))
    }
    return response
  }

  func describe(_ request: ConsumerGroupDescribeRequest) async -> ConsumerGroupDescribeResponse {
    await broker.groups.consumerGroupDescribe(request)
  }

  func describe(_ request: ShareGroupDescribeRequest) async -> ShareGroupDescribeResponse {
    await broker.groups.shareGroupDescribe(request)
  }

  func describe(_ request: DescribeGroupsRequest) async -> DescribeGroupsResponse {
    await broker.groups.describeGroups(
      request, version: DescribeGroupsRequest.api.versions.upperBound)
  }

  func delete(_ request: DeleteGroupsRequest) async -> DeleteGroupsResponse {
    await broker.groups.deleteGroups(request)
  }

  func version(of group: String) -> Int { news(of: group).version }

  func waitForChange(of group: String, after version: Int) async {
    await news(of: group).wait(after: version)
  }

  /// Has all members ask for news: topics were created, or have more partitions.
  func topicsChanged() {
    for news in state.withLock({ Array($0.news.values) }) { news.signal() }
  }

  private func news(of group: String) -> ChangeSignal {
    state.withLock { state in
      if let news = state.news[group] { return news }
      let news = ChangeSignal()
      state.news[group] = news
      return news
    }
  }

  /// A coordinator that is not available in this process is one that was closed, which no
  /// repetition mends.
  private func explained(_ error: CoordinatorError) -> CoordinatorError {
    guard error.isRetriable else { return error }
    do {
      _ = try broker.partitions(of: .consumerOffsets)
      return error
    } catch {
      guard error.code == .closed else {
        return CoordinatorError(.coordinatorNotAvailable, "\(error)")
      }
      return CoordinatorError(.brokerNotAvailable, error.message)
    }
  }
}

// MARK: - Members of an earlier process

extension LocalGroups {
  /// A process that was killed has left nobody who would leave its groups. One process has the
  /// directory at a time, so that its members are known to be gone: nobody waits for their sessions
  /// to end.
  private func cleanup(of group: String) -> Task<Void, Never> {
    state.withLock { state in
      if let known = state.cleanups[group] { return known }
      let cleanup = Task { await self.endDeadMembers(of: group) }
      state.cleanups[group] = cleanup
      return cleanup
    }
  }

  private func endDeadMembers(of group: String) async {
    var question = ConsumerGroupDescribeRequest()
    question.groupIDs = [group]
    for described in await broker.groups.consumerGroupDescribe(question).groups {
      for member in described.members where member.clientHost == Self.host {
        var goodbye = ConsumerGroupHeartbeatRequest()
        goodbye.groupID = group
        goodbye.memberID = member.memberID
        goodbye.instanceID = member.instanceID
        goodbye.memberEpoch = member.instanceID == nil ? -1 : -2
        do throws(CoordinatorError) {
          _ = try await broker.groups.consumerGroupHeartbeat(goodbye, from: Self.client)
        } catch {
          // Its session ends by itself.
        }
      }
    }
  }
}
