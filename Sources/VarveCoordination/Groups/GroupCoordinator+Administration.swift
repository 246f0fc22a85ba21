internal import VarveBase
package import VarveProtocol

extension GroupCoordinator {
  /// Deletes groups that have no members, with their offsets.
  package mutating func deleteGroups(
    _ ids: [String], at now: Moment
  ) -> GroupDecision<DeleteGroupsResponse> {
    var decision = GroupDecision(DeleteGroupsResponse())
    decision.isAtomic = false
    for id in ids {
      var result = DeleteGroupsResponse.Result()
      result.groupID = id
      do throws(CoordinatorError) {
        try checkDelete(id)
        decision.records += offsets.deleteAll(ofGroup: id) + delete(id, at: now)
      } catch { result.errorCode = error.code }
      decision.reply.results.append(result)
    }
    return decision
  }

  private func checkDelete(_ id: String) throws(CoordinatorError) {
    switch groups[id] {
    case .classic(let group)?: try group.validateDelete()
    case .consumer(let group)?:
      guard group.state.members.isEmpty else {
        throw CoordinatorError(
          .nonEmptyGroup, "group '\(id)' has members; stop them before deleting it")
      }
    case .share(let group)?:
      guard group.state.members.isEmpty else {
        throw CoordinatorError(
          .nonEmptyGroup, "share group '\(id)' has members; stop them before deleting it")
      }
    case nil: throw notFound(id)
    }
  }

  /// Deletes a group without members, but not its offsets.
  mutating func delete(_ id: String, at now: Moment) -> [GroupRecord] {
    defer { forget(id) }
    switch groups[id] {
    case .classic(var group)?:
      do throws(CoordinatorError) { return try group.delete(at: now).records } catch {
        preconditionFailure("a group without members can be deleted: \(error)")
      }
    case .consumer(let group)?: return group.state.tombstones()
    case .share(let group)?: return group.state.tombstones()
    case nil: return []
    }
  }

  /// The groups in one of the states and of one of the types, of all where none are given. Case
  /// does not matter; names that are no state's or type's are nobody's.
  package func listGroups(_ request: ListGroupsRequest) -> [ListGroupsResponse.Group] {
    let states = request.statesFilter.map { $0.lowercased() }
    let types = request.typesFilter.map { $0.lowercased() }
    return groups.keys.sorted().compactMap { id in
      guard let group = groups[id],
        states.isEmpty || states.contains(group.stateName.lowercased()),
        types.isEmpty || types.contains(group.kind.rawValue)
      else { return nil }
      var listed = ListGroupsResponse.Group()
      listed.groupID = id
      listed.protocolType = group.protocolType
      listed.groupState = group.stateName
      listed.groupType = group.kind.rawValue
      return listed
    }
  }

  /// A classic group and its members. One that is not is `Dead`, and from version 6 of the request
  /// on an error.
  package func describeGroup(_ id: String, version: Int16) -> DescribeGroupsResponse.Group {
    if case .classic(let group)? = groups[id] { return group.describe() }
    var missing = DescribeGroupsResponse.Group()
    missing.groupID = id
    missing.groupState = ClassicGroupState.dead.rawValue
    if version >= 6 {
      missing.errorCode = .groupIDNotFound
      missing.errorMessage = notFound(id, "there is no classic group").message
    }
    return missing
  }

  /// A consumer group and its members; `GROUP_ID_NOT_FOUND` where it is not one.
  package func describeConsumerGroup(_ id: String) -> ConsumerGroupDescribeResponse.Group {
    if case .consumer(let group)? = groups[id] {
      return group.describe(topics: topics, settings: settings)
    }
    var missing = ConsumerGroupDescribeResponse.Group()
    missing.groupID = id
    missing.errorCode = .groupIDNotFound
    missing.errorMessage = notFound(id, "there is no consumer group").message
    return missing
  }

  /// A share group and its members; `GROUP_ID_NOT_FOUND` where it is not one.
  package func describeShareGroup(_ id: String) -> ShareGroupDescribeResponse.Group {
    if case .share(let group)? = groups[id] { return group.describe(topics: topics) }
    var missing = ShareGroupDescribeResponse.Group()
    missing.groupID = id
    missing.groupState = ShareGroup.Phase.dead.rawValue
    missing.errorCode = .groupIDNotFound
    missing.errorMessage = notFound(id, "there is no share group").message
    return missing
  }
}
