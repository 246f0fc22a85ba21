import Testing
import Varve
import VarveBase
import VarveBroker
import VarveProtocol

/// Goal: members of share groups come, stay and go over the wire, and groups have configs of their
/// own. Method: requests on a socket, against what KIP-932 and KIP-1240 say.
@Suite struct ShareGroupHandlerTests {
  private static func heartbeat(
    _ member: String, _ epoch: Int32, topics: [String]? = nil, group: String = "g"
  ) -> ShareGroupHeartbeatRequest {
    var request = ShareGroupHeartbeatRequest()
    (request.groupID, request.memberID, request.memberEpoch) = (group, member, epoch)
    request.subscribedTopicNames = topics
    return request
  }

  private static func describe(
    _ client: WireClient, _ group: String = "g"
  ) throws -> ShareGroupDescribeResponse.Group {
    var request = ShareGroupDescribeRequest()
    request.groupIDs = [group]
    let response: ShareGroupDescribeResponse = try client.ask(request, version: 1)
    return try #require(response.groups.first)
  }

  @Test("G23: five members of a share group have the one partition, and leave it")
  func members() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        for number in 1...5 {
          let joined: ShareGroupHeartbeatResponse = try client.ask(
            Self.heartbeat("m\(number)", 0, topics: ["t"]), version: 1)
          #expect(joined.errorCode == ErrorCode.none && joined.memberEpoch == Int32(number))
          #expect(joined.assignment?.topicPartitions.map(\.partitions) == [[0]])
        }
        let group = try Self.describe(client)
        #expect(group.groupState == "Stable" && group.assignorName == "simple")
        #expect(group.members.map(\.memberID) == ["m1", "m2", "m3", "m4", "m5"])
        #expect(group.members.allSatisfy { $0.subscribedTopicNames == ["t"] })
        for number in 1...5 {
          let left: ShareGroupHeartbeatResponse = try client.ask(
            Self.heartbeat("m\(number)", -1), version: 1)
          #expect(left.errorCode == ErrorCode.none && left.memberEpoch == -1)
        }
        #expect(try Self.describe(client).groupState == "Empty")
      }
    }
  }

  @Test func `a refusal says why`() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let refused: ShareGroupHeartbeatResponse = try client.ask(
          Self.heartbeat("m", 4), version: 1)
        #expect(refused.errorCode == .groupIDNotFound)
        #expect(refused.errorMessage?.contains("'g'") == true)
        #expect(try Self.describe(client).errorCode == .groupIDNotFound)
      }
    }
  }

  @Test func `a share group is listed as one, and deleted`() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        let _: ShareGroupHeartbeatResponse = try client.ask(
          Self.heartbeat("m", 0, topics: ["t"]), version: 1)
        var list = ListGroupsRequest()
        list.typesFilter = ["Share"]
        let listed: ListGroupsResponse = try client.ask(list, version: 5)
        #expect(listed.groups.map(\.groupID) == ["g"])
        #expect(listed.groups.map(\.groupType) == ["share"])
        #expect(listed.groups.map(\.protocolType) == ["share"])
        #expect(listed.groups.map(\.groupState) == ["Stable"])
        var delete = DeleteGroupsRequest()
        delete.groupsNames = ["g"]
        let busy: DeleteGroupsResponse = try client.ask(delete, version: 2)
        #expect(busy.results.map(\.errorCode) == [.nonEmptyGroup])
        let _: ShareGroupHeartbeatResponse = try client.ask(
          Self.heartbeat("m", -1), version: 1)
        let deleted: DeleteGroupsResponse = try client.ask(delete, version: 2)
        #expect(deleted.results.map(\.errorCode) == [.none])
        let gone: ListGroupsResponse = try client.ask(list, version: 5)
        #expect(gone.groups.isEmpty)
      }
    }
  }

  @Test func `what the API of Swift shows of a share group`() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t", partitions: 2)
      try await served.client { client in
        for member in ["a", "b", "c"] {
          let _: ShareGroupHeartbeatResponse = try client.ask(
            Self.heartbeat(member, 0, topics: ["t"]), version: 1)
        }
      }
      let details = try await served.varve.describeGroup("g")
      #expect(details.group.type == "share" && details.assignor == "simple")
      #expect(details.members.map(\.id) == ["a", "b", "c"])
      #expect(details.partitions.map(\.id.partition) == [0, 1])
    }
  }

  // MARK: Configs

  private static func alter(
    _ client: WireClient, _ name: String, _ value: String?, group: String = "g",
    operation: Int8 = 0
  ) throws -> ErrorCode {
    var request = IncrementalAlterConfigsRequest()
    var resource = IncrementalAlterConfigsRequest.Resource()
    (resource.type, resource.name) = (32, group)
    var config = IncrementalAlterConfigsRequest.Resource.Config()
    (config.operation, config.name, config.value) = (operation, name, value)
    resource.configs = [config]
    request.resources = [resource]
    let response: IncrementalAlterConfigsResponse = try client.ask(request, version: 1)
    return response.resources[0].errorCode
  }

  private static func configs(
    _ client: WireClient, of group: String = "g"
  ) throws -> [String: DescribeConfigsResponse.Resource.Config] {
    var request = DescribeConfigsRequest()
    request.includesSynonyms = true
    var resource = DescribeConfigsRequest.Resource()
    (resource.type, resource.name) = (32, group)
    request.resources = [resource]
    let response: DescribeConfigsResponse = try client.ask(request, version: 4)
    #expect(response.resources.map(\.errorCode) == [.none])
    return Dictionary(
      uniqueKeysWithValues: response.resources[0].configs.map { ($0.name, $0) })
  }

  @Test("G26: a group's own configs are altered, described and listed, and members told")
  func groupConfigs() async throws {
    try await ServedBroker.run(
      serverConfig: ["group.share.min.heartbeat.interval.ms": "1000"]
    ) { served in
      try await served.varve.createTopic("t")
      try await served.client { client in
        #expect(try Self.alter(client, "share.heartbeat.interval.ms", "2000") == ErrorCode.none)
        #expect(try Self.alter(client, "share.auto.offset.reset", "earliest") == ErrorCode.none)
        let configs = try Self.configs(client)
        let interval = try #require(configs["share.heartbeat.interval.ms"])
        #expect(interval.value == "2000" && interval.source == 8)
        #expect(interval.synonyms.map(\.source) == [8, 5])
        #expect(configs["share.record.lock.duration.ms"]?.value == "30000")
        #expect(configs["share.record.lock.duration.ms"]?.source == 5)
        #expect(configs["share.session.timeout.ms"]?.value == "3600000")
        #expect(configs["share.session.timeout.ms"]?.source == 4)
        var list = ListConfigResourcesRequest()
        list.resourceTypes = [32]
        let listed: ListConfigResourcesResponse = try client.ask(list, version: 1)
        #expect(listed.resources.map(\.name) == ["g"] && listed.resources.map(\.type) == [32])

        let joined: ShareGroupHeartbeatResponse = try client.ask(
          Self.heartbeat("m", 0, topics: ["t"]), version: 1)
        #expect(joined.heartbeatIntervalMilliseconds == 2000)
        #expect(
          try Self.alter(client, "share.heartbeat.interval.ms", nil, operation: 1)
            == ErrorCode.none)
        let kept: ShareGroupHeartbeatResponse = try client.ask(
          Self.heartbeat("m", 1), version: 1)
        #expect(kept.heartbeatIntervalMilliseconds == 5000)
        #expect(served.broker.groupConfiguration(of: "g").offsetReset == .earliest)
      }
    }
  }

  @Test(arguments: [
    ("share.heartbeat.interval.ms", "1"), ("share.session.timeout.ms", "9999999"),
    ("share.delivery.count.limit", "11"), ("share.record.lock.duration.ms", "x"),
    ("share.auto.offset.reset", "by_duration:soon"), ("share.isolation.level", "none"),
    ("no.such", "1"),
  ])
  func `what a group may not have is refused`(name: String, value: String) async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let codes = [
          try Self.alter(client, name, value), try Self.alter(client, name, value, group: ""),
        ]
        #expect(codes == [.invalidConfig, .invalidRequest])
      }
      #expect(served.broker.configuredGroups.isEmpty)
    }
  }
}
