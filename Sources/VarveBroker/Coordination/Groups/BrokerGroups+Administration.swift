internal import VarveBase
internal import VarveCoordination
package import VarveProtocol

extension BrokerGroups {
  /// Deletes groups without members, with their offsets.
  package func deleteGroups(_ request: DeleteGroupsRequest) async -> DeleteGroupsResponse {
    var response = DeleteGroupsResponse()
    for id in request.groupsNames {
      do throws(CoordinatorError) {
        let reply = try await shard(of: id).run { (state, now) in
          state.deleteGroups([id], at: now)
        }
        if reply.results.allSatisfy({ $0.errorCode == .none }) {
          try await broker.shares.forget(id)
        }
        response.results += reply.results
      } catch {
        var result = DeleteGroupsResponse.Result()
        result.groupID = id
        result.errorCode = error.code
        response.results.append(result)
      }
    }
    return response
  }

  /// The groups, by id. Where a coordinator cannot be loaded the response has its error, and the
  /// groups of the others.
  package func listGroups(_ request: ListGroupsRequest) async -> ListGroupsResponse {
    var response = ListGroupsResponse()
    for shard in broker.coordination.groups.all {
      do throws(CoordinatorError) {
        response.groups += try await shard.read { $0.listGroups(request) }
      } catch { response.errorCode = error.code }
    }
    response.groups.sort { $0.groupID < $1.groupID }
    return response
  }

  /// Classic groups and their members.
  package func describeGroups(
    _ request: DescribeGroupsRequest, version: Int16
  ) async -> DescribeGroupsResponse {
    var response = DescribeGroupsResponse()
    for id in request.groups {
      do throws(CoordinatorError) {
        response.groups.append(
          try await read(id) { $0.describeGroup(id, version: version) })
      } catch {
        var refused = DescribeGroupsResponse.Group()
        refused.groupID = id
        refused.errorCode = error.code
        refused.errorMessage = error.message
        response.groups.append(refused)
      }
    }
    return response
  }

  /// Consumer groups and their members (KIP-848).
  package func consumerGroupDescribe(
    _ request: ConsumerGroupDescribeRequest
  ) async -> ConsumerGroupDescribeResponse {
    var response = ConsumerGroupDescribeResponse()
    for id in request.groupIDs {
      do throws(CoordinatorError) {
        response.groups.append(try await read(id) { $0.describeConsumerGroup(id) })
      } catch {
        var refused = ConsumerGroupDescribeResponse.Group()
        refused.groupID = id
        refused.errorCode = error.code
        refused.errorMessage = error.message
        response.groups.append(refused)
      }
    }
    return response
  }

  /// Share groups and their members (KIP-932).
  package func shareGroupDescribe(
    _ request: ShareGroupDescribeRequest
  ) async -> ShareGroupDescribeResponse {
    var response = ShareGroupDescribeResponse()
    for id in request.groupIDs {
      do throws(CoordinatorError) {
        response.groups.append(try await read(id) { $0.describeShareGroup(id) })
      } catch {
        var refused = ShareGroupDescribeResponse.Group()
        refused.groupID = id
        refused.errorCode = error.code
        refused.errorMessage = error.message
        response.groups.append(refused)
      }
    }
    return response
  }

  /// Asks the coordinator of a group, or an empty one where none was needed yet.
  private func read<Reply: Sendable>(
    _ group: String, _ body: (GroupCoordinator) -> Reply
  ) async throws(CoordinatorError) -> Reply {
    guard let shard = broker.coordination.groups.existing(of: group) else {
      return body(GroupCoordinator())
    }
    return try await shard.read { (state) in body(state) }
  }
}
