public import VarveBase
internal import VarveCoordination
internal import VarveProtocol

/// Looking at groups, and changing those at rest.
extension Varve {
  /// The groups, by name.
  public func groups() async throws(VarveError) -> [GroupInfo] {
    let client = try cluster.groups()
    do throws(CoordinatorError) {
      return try await client.list(ListGroupsRequest()).groups.map { GroupInfo($0) }
    } catch { throw VarveError(error) }
  }

  /// A group with its members, and how far it is. Throws `.unknownGroup`.
  public func describeGroup(_ name: String) async throws(VarveError) -> GroupDetails {
    guard let info = try await groups().first(where: { $0.name == name }) else {
      throw VarveError(.unknownGroup, "there is no group '\(name)'")
    }
    let (assignor, members) = try await members(of: info)
    let owners = members.reduce(into: [TopicPartition: [String]]()) { owners, member in
      for id in member.partitions { owners[id, default: []].append(member.id) }
    }
    let committed = try await committedOffsets(of: name)
    var partitions: [GroupDetails.Partition] = []
    for id in Set(committed.keys).union(owners.keys).sorted() {
      partitions.append(
        GroupDetails.Partition(
          id: id, committed: committed[id], end: try await end(of: id),
          memberID: owners[id]?.count == 1 ? owners[id]?.first : nil))
    }
    return GroupDetails(
      group: info, assignor: assignor, members: members, partitions: partitions)
  }

  /// What a group has committed, by partition; nothing for a group that does not exist.
  public func committedOffsets(
    of group: String
  ) async throws(VarveError) -> [TopicPartition: OffsetAndMetadata] {
    let offsets = GroupOffsets(client: try cluster.groups(), group: group)
    do throws(CoordinatorError) { return try await offsets.fetch(nil, stable: false) } catch {
      throw VarveError(error)
    }
  }

  /// Moves a group without members. An offset that a partition does not hold becomes the nearest
  /// that it does.
  ///
  /// - Parameters:
  ///   - name: the group.
  ///   - reset: where it goes on.
  ///   - topics: whose partitions move; empty for all that the group has committed.
  ///   - isDryRun: whether only to say what would be done.
  /// - Returns: each partition's move, in the order of topics and partitions.
  /// - Throws: `.groupNotEmpty` where it has members; `.unknownGroup` for a group that has
  ///   committed nothing, unless topics are named; `.invalidArgument` for a shift of a partition
  ///   for which nothing is committed.
  @discardableResult
  public func resetGroup(
    _ name: String, topics: [String] = [], to reset: GroupReset, isDryRun: Bool = false
  ) async throws(VarveError) -> [GroupMove] {
    let committed = try await committedOffsets(of: name)
    var partitions = committed.keys.sorted()
    if !topics.isEmpty {
      partitions = []
      for topic in topics { partitions += try await cluster.route(to: topic).partitions.map(\.id) }
    }
    guard !partitions.isEmpty else {
      throw VarveError(
        .unknownGroup, "group '\(name)' has committed nothing: name the topics to begin at")
    }
    var moves: [GroupMove] = []
    for id in partitions.sorted() {
      let to = try await target(of: reset, in: id, from: committed[id]?.offset, group: name)
      moves.append(GroupMove(id: id, from: committed[id]?.offset, to: to))
    }
    if isDryRun { return moves }
    let client = try cluster.groups()
    let offsets = Dictionary(uniqueKeysWithValues: moves.map { ($0.id, OffsetAndMetadata($0.to)) })
    do throws(CoordinatorError) {
      try await GroupOffsets(client: client, group: name).commit(offsets)
    } catch {
      guard error.code == .unknownMemberID else { throw VarveError(error) }
      throw VarveError(
        .groupNotEmpty, "group '\(name)' has members: stop them before moving its offsets")
    }
    return moves
  }
}

extension Varve {
  private func members(
    of group: GroupInfo
  ) async throws(VarveError) -> (assignor: String?, [GroupDetails.Member]) {
    let client = try cluster.groups()
    do throws(CoordinatorError) {
      if group.type.lowercased() == "consumer" {
        var request = ConsumerGroupDescribeRequest()
        request.groupIDs = [group.name]
        let described = try await client.describe(request).groups.first
        return (described?.assignorName, described?.members.map { GroupDetails.Member($0) } ?? [])
      }
      if group.type.lowercased() == "share" {
        var request = ShareGroupDescribeRequest()
        request.groupIDs = [group.name]
        let described = try await client.describe(request).groups.first
        return (described?.assignorName, described?.members.map { GroupDetails.Member($0) } ?? [])
      }
      var request = DescribeGroupsRequest()
      request.groups = [group.name]
      let described = try await client.describe(request).groups.first
      return (nil, described?.members.map { GroupDetails.Member($0) } ?? [])
    } catch { throw VarveError(error) }
  }

  private func end(of id: TopicPartition) async throws(VarveError) -> Offset? {
    do {
      return try await cluster.route(to: id.topic.description).partition(id.partition).info()
        .endOffset
    } catch {
      if error.code == .unknownTopicOrPartition { return nil }
      throw error
    }
  }

  private func target(
    of reset: GroupReset, in id: TopicPartition, from committed: Offset?, group: String
  ) async throws(VarveError) -> Offset {
    let client = try await cluster.route(to: id.topic.description).partition(id.partition)
    let info = try await client.info()
    let wanted: Offset
    switch reset {
    case .to(.offset(let offset)): wanted = offset
    case .to(let position):
      wanted = try await position.offset(in: client, isolation: .readUncommitted)
    case .shift(let distance):
      guard let committed else {
        throw VarveError(
          .invalidArgument,
          "group '\(group)' has committed nothing for \(id) that could be shifted", partition: id)
      }
      let (sum, overflow) = committed.rawValue.addingReportingOverflow(distance)
      wanted = overflow ? (distance < 0 ? info.startOffset : info.endOffset) : Offset(max(0, sum))
    }
    return min(max(wanted, info.startOffset), info.endOffset)
  }
}

extension GroupInfo {
  fileprivate init(_ group: ListGroupsResponse.Group) {
    self.init(name: group.groupID, type: group.groupType, state: group.groupState)
  }
}

extension GroupDetails.Member {
  fileprivate init(_ member: ConsumerGroupDescribeResponse.Group.Member) {
    self.init(
      id: member.memberID, instanceID: member.instanceID, clientID: member.clientID,
      host: member.clientHost,
      partitions: Self.partitions(
        member.assignment.topicPartitions.map { ($0.topicName, $0.partitions) }))
  }

  fileprivate init(_ member: ShareGroupDescribeResponse.Group.Member) {
    self.init(
      id: member.memberID, instanceID: nil, clientID: member.clientID, host: member.clientHost,
      partitions: Self.partitions(
        member.assignment.topicPartitions.map { ($0.topicName, $0.partitions) }))
  }

  private static func partitions(_ topics: [(name: String, [Int32])]) -> [TopicPartition] {
    topics.flatMap { topic, partitions -> [TopicPartition] in
      guard let name = try? TopicName(topic) else { return [] }
      return partitions.map { TopicPartition(topic: name, partition: $0) }
    }.sorted()
  }

  /// What a classic member has is between its leader and itself.
  fileprivate init(_ member: DescribeGroupsResponse.Group.Member) {
    self.init(
      id: member.memberID, instanceID: member.groupInstanceID, clientID: member.clientID,
      host: member.clientHost, partitions: [])
  }
}
