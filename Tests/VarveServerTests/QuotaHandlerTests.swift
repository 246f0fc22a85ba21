import Testing
import Varve
import VarveBase
import VarveBroker
import VarveProtocol
import VarveServer
import VarveTestSupport

/// Goal: quotas are set, told of, kept and held over the wire. Method: requests on a socket.
@Suite struct QuotaHandlerTests {
  private static func part(_ type: String, _ name: String?) -> ClientQuotaRecord.Part {
    var part = ClientQuotaRecord.Part()
    (part.type, part.name) = (type, name)
    return part
  }

  private static func alter(
    _ client: WireClient, _ entity: [ClientQuotaRecord.Part], _ key: String, _ value: Double?
  ) throws -> ErrorCode {
    var request = AlterClientQuotasRequest()
    var entry = AlterClientQuotasRequest.Entry()
    entry.entity = entity
    var operation = AlterClientQuotasRequest.Entry.Operation()
    operation.key = key
    operation.value = value ?? 0
    operation.isRemoval = value == nil
    entry.operations = [operation]
    request.entries = [entry]
    let response: AlterClientQuotasResponse = try client.ask(request, version: 1)
    return response.entries[0].errorCode
  }

  private static func ask(
    _ client: WireClient, _ components: [(type: String, match: Int8, name: String?)],
    isStrict: Bool = false
  ) throws -> DescribeClientQuotasResponse {
    var request = DescribeClientQuotasRequest()
    request.isStrict = isStrict
    request.components = components.map { component in
      var asked = DescribeClientQuotasRequest.Component()
      (asked.entityType, asked.matchType, asked.match) = component
      return asked
    }
    return try client.ask(request, version: 1)
  }

  private static func describe(
    _ client: WireClient, _ components: [(type: String, match: Int8, name: String?)],
    isStrict: Bool = false
  ) throws -> [[String: Double]] {
    let response = try ask(client, components, isStrict: isStrict)
    #expect(response.errorCode == ErrorCode.none)
    return (response.entries ?? []).map { entry in
      Dictionary(uniqueKeysWithValues: entry.values.map { ($0.key, $0.value) })
    }
  }

  @Test("G63: quotas are set, found by what they match, and removed")
  func alteration() async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let (alice, any) = (Self.part("user", "alice"), Self.part("user", nil))
        let app = Self.part("client-id", "app")
        let codes = try [
          Self.alter(client, [alice], "producer_byte_rate", 100),
          Self.alter(client, [alice, app], "consumer_byte_rate", 200),
          Self.alter(client, [any], "request_percentage", 50),
          Self.alter(client, [alice], "producer_byte_rate", 0),
          Self.alter(client, [alice], "no_such_rate", 1),
          Self.alter(client, [alice, alice], "producer_byte_rate", 1),
          Self.alter(client, [], "producer_byte_rate", 1),
          Self.alter(client, [Self.part("ip", "10.0.0.1")], "connection_creation_rate", 1),
          Self.alter(client, [Self.part("planet", "x")], "producer_byte_rate", 1),
          Self.alter(client, [Self.part("user", "")], "producer_byte_rate", 1),
          Self.alter(client, [alice], "producer_byte_rate", 1.5),
        ]
        #expect(codes.prefix(3).allSatisfy { $0 == ErrorCode.none })
        #expect(codes.dropFirst(3).allSatisfy { $0 == .invalidRequest })
        let all = try Self.describe(client, [])
        #expect(all.count == 3)
        let exact = try Self.describe(client, [("user", 0, "alice")])
        #expect(exact.count == 2)
        let strict = try Self.describe(client, [("user", 0, "alice")], isStrict: true)
        #expect(strict == [["producer_byte_rate": 100]])
        let standard = try Self.describe(client, [("user", 1, nil)])
        #expect(standard == [["request_percentage": 50]])
        let named = try Self.describe(client, [("client-id", 2, nil)])
        #expect(named == [["consumer_byte_rate": 200]])
        let removed = try Self.alter(client, [alice], "producer_byte_rate", nil)
        #expect(removed == ErrorCode.none)
        let rest = try Self.describe(client, [("user", 0, "alice")])
        #expect(rest == [["consumer_byte_rate": 200]])
      }
    }
  }

  @Test(
    arguments: [
      ([("", 0, "x")], ErrorCode.invalidRequest),
      ([("planet", 0, "x")], .unsupportedVersion),
      ([("user", 0, nil)], .invalidRequest),
      ([("user", 1, "x")], .invalidRequest),
      ([("user", 2, "x")], .invalidRequest),
      ([("user", 3, nil)], .invalidRequest),
      ([("user", 2, nil), ("user", 1, nil)], .invalidRequest),
      ([("user", 2, nil), ("ip", 2, nil)], .invalidRequest),
      ([("ip", 2, nil)], .none),
    ] as [([(String, Int8, String?)], ErrorCode)])
  func `a filter of quotas is checked as Kafka checks it`(
    filter: [(String, Int8, String?)], code: ErrorCode
  ) async throws {
    try await ServedBroker.run { served in
      try await served.client { client in
        let response = try Self.ask(client, filter)
        #expect(response.errorCode == code)
      }
    }
  }

  @Test func `a fetch is not sent more than the quota allows in ten seconds`() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      let records = try batch([String(repeating: "x", count: 3_000)])
      try await served.client { client in
        for _ in 0..<5 {
          let _: ProduceResponse = try client.ask(
            ProduceRequest("t", batch: records), version: 9)
        }
        let code = try Self.alter(
          client, [Self.part("client-id", "wire-client")], "consumer_byte_rate", 1_000)
        #expect(code == ErrorCode.none)
        // It does not wait for bytes that are not to come.
        let request = FetchRequest("t", minBytes: 1 << 20, maxWait: 600_000)
        let fetched: FetchResponse = try client.ask(request, version: 12)
        let bytes = fetched.topics.first?.partitions.first?.records?.count ?? 0
        #expect((3 * records.count...10_000).contains(bytes))
        #expect(fetched.throttleMilliseconds > 0)
      }
    }
  }

  @Test func `a feature stays at its level`() async throws {
    try await ServedBroker.run { served in
      let levels = served.broker.features
      try await served.client { client in
        let metadata = try #require(levels["metadata.version"])
        let asked: [(name: String, level: Int16, type: Int8, code: ErrorCode)] = [
          ("metadata.version", metadata, 1, .none),
          ("metadata.version", metadata + 1, 1, .invalidUpdateVersion),
          ("metadata.version", metadata - 1, 2, .invalidUpdateVersion),
          ("metadata.version", metadata, 0, .invalidUpdateVersion),
          ("no.such.feature", 0, 1, .none), ("no.such.feature", 1, 1, .invalidUpdateVersion),
        ]
        for (name, level, type, code) in asked {
          var request = UpdateFeaturesRequest()
          var update = UpdateFeaturesRequest.Update()
          (update.name, update.level, update.upgradeType) = (name, level, type)
          request.updates = [update]
          let each: UpdateFeaturesResponse = try client.ask(request, version: 1)
          #expect(each.results.map(\.errorCode) == [code], "\(name) \(level)")
          let all: UpdateFeaturesResponse = try client.ask(request, version: 2)
          #expect(all.errorCode == code, "\(name) \(level)")
        }
      }
    }
  }

  @Test("G63: a client above its quota is told how long it waits; another is not")
  func throttled() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("t")
      let records = try batch([String(repeating: "x", count: 3_000)])
      let waits: [Int32] = try await served.client { client in
        let request = ProduceRequest("t", batch: records)
        let before: ProduceResponse = try client.ask(request, version: 9)
        let code = try Self.alter(
          client, [Self.part("user", "ANONYMOUS")], "producer_byte_rate", 3_000)
        #expect(code == ErrorCode.none)
        // A batch is more than a second's worth, so that it is waited for however late it comes.
        var waits = [before.throttleMilliseconds]
        for _ in 0..<2 {
          let response: ProduceResponse = try client.ask(request, version: 9)
          waits.append(response.throttleMilliseconds)
        }
        let fetched: FetchResponse = try client.ask(FetchRequest("t"), version: 12)
        return waits + [fetched.throttleMilliseconds]
      }
      #expect(waits[0] == 0 && waits[3] == 0)
      #expect(waits[1...2].allSatisfy { $0 > 0 && $0 < 3_000 })
    }
  }

  @Test func `while a connection is muted no request is begun, and the first is not lost`() throws {
    var conversation = Conversation()
    conversation.receive(ByteSlice([0, 0, 0, 1, 7, 0, 0, 0, 1, 8]))
    let first = try #require(try conversation.next())
    conversation.isMuted = true
    conversation.answer(first.ticket, Gather([ByteSlice([9])]))
    #expect(!conversation.outbox.isEmpty)
    let muted = try conversation.next()
    #expect(muted == nil)
    #expect(!conversation.wantsBytes)
    conversation.isMuted = false
    let second = try conversation.next()
    #expect(second.map { Array($0.frame) } == [8])
  }
}
