import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveServer
import VarveTestKit

/// Goal: who may ask and push when, as KIP-714 has it, whoever comes and however many. Method: the
/// register with a time that we give it.
@Suite struct TelemetryRegisterTests {
  private static let second: UInt64 = 1_000_000_000
  private static let identity = TelemetryClient.Identity(
    clientID: "app", software: ClientSoftware(name: "x", version: "1.2"), address: "10.0.0.1",
    port: 999)

  private static func subscriptions(
    _ all: [String: [String: String]], version: Int = 1
  ) throws -> TelemetrySubscriptions.State {
    TelemetrySubscriptions.State(
      version: version, try all.sorted { $0.key < $1.key }.map { try TelemetrySubscription($0, $1) }
    )
  }

  private static func push(
    _ id: TopicID, _ subscription: Int32, isLast: Bool = false, codec: CompressionCodec? = .gzip,
    byteCount: Int = 100
  ) -> TelemetryRegister.Push {
    TelemetryRegister.Push(
      id, subscriptionID: subscription, isLast: isLast, codec: codec, byteCount: byteCount,
      bytesMax: 1_000)
  }

  @Test func `a client asks and pushes once an interval`() throws {
    let all = try Self.subscriptions(["s": ["interval.ms": "10000", "metrics": "a.,b."]])
    let id = TopicID(rawValue: 7)
    var register = TelemetryRegister()
    func ask(_ seconds: UInt64) -> ErrorCode {
      register.ask(id, Self.identity, all, at: seconds * Self.second).1
    }
    let (subscription, code) = register.ask(id, Self.identity, all, at: 0)
    #expect(code == ErrorCode.none)
    #expect(subscription.metrics == ["a.", "b."])
    #expect(subscription.intervalMilliseconds == 10_000)
    func push(_ seconds: UInt64, isLast: Bool = false) -> ErrorCode {
      register.push(
        Self.push(id, subscription.id, isLast: isLast), Self.identity, all,
        at: seconds * Self.second)
    }
    #expect(ask(1) == .throttlingQuotaExceeded)
    // The first push comes when it likes, for clients spread theirs.
    #expect(
      [push(2), push(3), push(11)] == [.none, .throttlingQuotaExceeded, .throttlingQuotaExceeded])
    #expect([push(12), push(23)] == [.none, .none])
    #expect([ask(24), ask(33)] == [.throttlingQuotaExceeded, .none])
    // Its last words may come early, and nothing after them.
    #expect([push(34, isLast: true), push(99)] == [.none, .invalidRequest])
    #expect(register.clients[id]?.pushCount == 4)
    #expect(register.clients[id]?.pushedBytes == 400)
  }

  @Test func `a push is refused for what is wrong with it, and the client may ask again`() throws {
    let all = try Self.subscriptions(["s": ["metrics": "*"]])
    let id = TopicID(rawValue: 7)
    typealias Case = (
      push: (Int32) -> TelemetryRegister.Push, code: ErrorCode, asks: ErrorCode
    )
    let cases: [Case] = [
      ({ Self.push(id, $0 &+ 1) }, .unknownSubscriptionID, .none),
      ({ Self.push(id, $0, codec: nil) }, .unsupportedCompressionType, .none),
      ({ Self.push(id, $0, byteCount: 1_001) }, .telemetryTooLarge, .throttlingQuotaExceeded),
    ]
    for (push, code, asks) in cases {
      var register = TelemetryRegister()
      let subscription = register.ask(id, Self.identity, all, at: 0).0.id
      #expect(register.push(push(subscription), Self.identity, all, at: 1) == code)
      #expect(register.ask(id, Self.identity, all, at: 2).1 == asks)
      #expect(register.clients[id]?.pushCount == 0)
    }
  }

  @Test func `a changed subscription is told at once, and has another number`() throws {
    let id = TopicID(rawValue: 7)
    var register = TelemetryRegister()
    let none = register.ask(id, Self.identity, try Self.subscriptions([:]), at: 0)
    #expect(none.0.metrics.isEmpty && none.0.intervalMilliseconds == 300_000)
    let changed = try Self.subscriptions(["s": ["metrics": "a."]], version: 2)
    let pushed = register.push(Self.push(id, none.0.id), Self.identity, changed, at: 1)
    #expect(pushed == .unknownSubscriptionID)
    let next = register.ask(id, Self.identity, changed, at: 2)
    #expect(next.1 == ErrorCode.none && next.0.metrics == ["a."] && next.0.id != none.0.id)
    let other = register.ask(TopicID(rawValue: 8), Self.identity, changed, at: 2)
    #expect(other.0.id != next.0.id)
  }

  /// All that mean a client are taken together, with the shortest interval.
  @Test func `a subscription means the clients that match all of its patterns`() throws {
    let id = TopicID(rawValue: 7)
    let cases: [(match: String, isMeant: Bool)] = [
      ("", true), ("client_id=app", true), ("client_id=ap", false), ("client_id=ap.*", true),
      ("client_software_name=x,client_software_version=1\\..*", true),
      ("client_software_name=x,client_software_version=2\\..*", false),
      ("client_source_address=10\\.0\\.0\\.1,client_source_port=999", true),
      ("client_source_port=99", false), ("client_instance_id=\(id)", true),
      ("client_instance_id=\(TopicID(rawValue: 8))", false),
    ]
    for (match, isMeant) in cases {
      let all = try Self.subscriptions([
        "a": ["metrics": "a.", "interval.ms": "9000", "match": match],
        "b": ["metrics": "b.", "interval.ms": "8000", "match": "client_id=app"],
        "c": ["metrics": "c.", "interval.ms": "7000", "match": "client_id=other"],
      ])
      var register = TelemetryRegister()
      let subscription = register.ask(id, Self.identity, all, at: 0).0
      #expect(subscription.metrics == (isMeant ? ["a.", "b."] : ["b."]), "\(match)")
      #expect(subscription.intervalMilliseconds == 8_000)
    }
    let all = try Self.subscriptions(["a": ["metrics": "a.,*"], "b": ["metrics": "b."]])
    var register = TelemetryRegister()
    #expect(register.ask(id, Self.identity, all, at: 0).0.metrics == ["*"])
  }

  @Test(arguments: [
    ["no.such": "x"], ["interval.ms": "99"], ["interval.ms": "3600001"], ["interval.ms": "soon"],
    ["match": "client_id"], ["match": "planet=x"], ["match": "client_id=a=b"],
    ["match": "client_id=("],
  ])
  func `a subscription that cannot be is refused`(configs: [String: String]) {
    #expect(throws: ConfigError.self) { try TelemetrySubscription("s", configs) }
  }

  @Test func `however many clients come and whatever they push, few are kept`() throws {
    let all = try Self.subscriptions([:])
    var register = TelemetryRegister()
    let points = (0..<PushedMetrics.seriesMax).map { ("m\($0)", [(String, String)](), 1.0) }
    let metrics = try PushedMetrics(PushedMetricsTests.data(points))
    for number in 1...3 * TelemetryRegister.clientsMax {
      let id = TopicID(rawValue: UInt128(number))
      _ = register.ask(id, Self.identity, all, at: UInt64(number))
      register.keep(.success(metrics), of: id)
      #expect(register.clients.count <= TelemetryRegister.clientsMax)
      #expect(register.seriesCount <= TelemetryRegister.seriesMax)
      #expect(register.clients[id] != nil)
    }
    #expect(
      register.seriesCount == register.clients.values.reduce(0) { $0 + $1.metrics.values.count })
    register.forgetGone(at: 3_600 * Self.second)
    #expect(register.clients.isEmpty && register.seriesCount == 0)
  }
}
