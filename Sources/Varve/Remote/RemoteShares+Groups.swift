internal import VarveBase
internal import VarveClient
internal import VarveCoordination
internal import VarveProtocol

// Setting groups, and looking at them.
extension RemoteShares {
  private static let lockDuration = "share.record.lock.duration.ms"

  func configure(_ group: String, set configs: [GroupConfig]) async throws(VarveError) {
    typealias Resource = IncrementalAlterConfigsRequest.Resource
    var resource = Resource()
    resource.type = RemoteConfigs.group
    resource.name = group
    resource.configs = configs.map { setting in
      var entry = Resource.Config()
      (entry.name, entry.operation, entry.value) = (setting.name, 0, setting.value)
      return entry
    }
    var request = IncrementalAlterConfigsRequest()
    request.resources = [resource]
    for answer in try await cluster.change(request).resources where answer.errorCode != .none {
      throw VarveError(
        refusing: "group '\(group)' was not configured", answer.errorCode, answer.errorMessage)
    }
  }

  func lockDuration(of group: String) async throws(VarveError) -> Duration {
    var resource = DescribeConfigsRequest.Resource()
    resource.type = RemoteConfigs.group
    resource.name = group
    resource.names = [Self.lockDuration]
    var request = DescribeConfigsRequest()
    request.resources = [resource]
    let asked = request
    let response = try await cluster.persistently { () throws(VarveError) in
      do throws(ClientError) { return try await cluster.brokers.askAny(asked) } catch {
        throw VarveError(error)
      }
    }
    for answer in response.resources where answer.errorCode != .none {
      throw VarveError(
        refusing: "the configs of group '\(group)' are not told", answer.errorCode,
        answer.errorMessage)
    }
    let configs = response.resources.flatMap(\.configs)
    let value = configs.first { $0.name == Self.lockDuration }?.value
    guard let milliseconds = value.flatMap({ Int64($0) }), milliseconds > 0 else {
      throw VarveError(
        .badAnswer, "the broker does not say for how long group '\(group)' locks records")
    }
    return .milliseconds(milliseconds)
  }

  func progress(of group: String) async throws(VarveError) -> [SharedPartition] {
    let groups = RemoteGroups(brokers: cluster.brokers)
    let topics = try await cluster.persistently { () throws(VarveError) in
      do throws(CoordinatorError) { return try await groups.shareOffsets(of: group) } catch {
        // One that has fetched nothing yet.
        if error.code == .groupIDNotFound { return [] }
        throw VarveError(error)
      }
    }
    var partitions: [SharedPartition] = []
    for topic in topics {
      let name = try TopicName(named: topic.name)
      for answer in topic.partitions {
        let id = TopicPartition(topic: name, partition: answer.partitionIndex)
        try cluster.check(
          answer.errorCode, "it is not told where group '\(group)' is in \(id)", id,
          answer.errorMessage)
        if answer.startOffset >= 0 { partitions.append(SharedPartition(id, answer)) }
      }
    }
    return partitions.sorted { $0.id < $1.id }
  }
}

extension SharedPartition {
  fileprivate init(
    _ id: TopicPartition, _ answer: DescribeShareGroupOffsetsResponse.Group.Topic.Partition
  ) {
    let depths = answer.depths
    self.init(
      id: id, startOffset: answer.startOffset, remaining: max(answer.lag, 0), ready: depths.ready,
      delayed: depths.delayed, locked: depths.locked, failing: depths.failing,
      parked: depths.parked, counts: Counts(depths),
      oldestAge: depths.oldestAge < 0 ? nil : .milliseconds(depths.oldestAge),
      flow: depths.inRate < 0 ? nil : Flow(in: depths.inRate, out: depths.outRate))
  }
}

extension SharedPartition.Counts {
  fileprivate init(_ depths: DescribeShareGroupOffsetsResponse.Depths) {
    self.init()
    (delivered, redelivered) = (depths.delivered, depths.redelivered)
    (accepted, released, rejected) = (depths.accepted, depths.released, depths.rejected)
    (timedOut, expired, repeated) = (depths.timedOut, depths.expired, depths.repeated)
    (deadLettered, forgottenIDs) = (depths.deadLettered, depths.forgottenIDs)
  }
}
