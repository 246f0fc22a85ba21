package import VarveBase
package import VarveBroker
package import VarveLog

/// The clients that push metrics, by their ids (KIP-714): decisions without I/O, a clock or
/// randomness of their own. However many come, few are kept.
package struct TelemetryRegister: Sendable {
  package static let clientsMax = 4_096
  /// The most series of all clients.
  package static let seriesMax = 20_000

  package private(set) var clients: [TopicID: TelemetryClient] = [:]
  package private(set) var seriesCount = 0
  /// Series that were not kept.
  package private(set) var leftOut: UInt64 = 0

  package init() {}

  /// The client, which is made where it is not known: it may have been forgotten, or been another
  /// broker's.
  private mutating func withClient<Result>(
    _ id: TopicID, _ identity: TelemetryClient.Identity, _ all: TelemetrySubscriptions.State,
    at now: UInt64, _ body: (inout TelemetryClient) -> Result
  ) -> Result {
    var client: TelemetryClient
    if let known = clients[id] {
      client = known
      if known.subscription.version != all.version {
        client.subscribe(.init(all, id, known.identity))
      }
    } else {
      makeRoom(at: now)
      client = TelemetryClient(identity, .init(all, id, identity), at: now)
    }
    let result = body(&client)
    clients[id] = client
    return result
  }

  /// What a client is to push, or why it is not told.
  package mutating func ask(
    _ id: TopicID, _ identity: TelemetryClient.Identity, _ all: TelemetrySubscriptions.State,
    at now: UInt64
  ) -> (TelemetryClient.Subscription, ErrorCode) {
    withClient(id, identity, all, at: now) { ($0.subscription, $0.asks(at: now)) }
  }

  /// Whether a client may push this.
  package mutating func push(
    _ push: Push, _ identity: TelemetryClient.Identity, _ all: TelemetrySubscriptions.State,
    at now: UInt64
  ) -> ErrorCode {
    withClient(push.id, identity, all, at: now) { client in
      client.pushes(
        subscription: push.subscriptionID, isLast: push.isLast, codec: push.codec,
        byteCount: push.byteCount, bytesMax: push.bytesMax, at: now)
    }
  }

  /// Keeps what a client has pushed, or why that could not be read.
  package mutating func keep(_ result: Result<PushedMetrics, TelemetryRefusal>, of id: TopicID) {
    guard var client = clients[id] else { return }
    switch result {
    case .failure(let refusal): client.failed(refusal.code)
    case .success(var metrics):
      seriesCount -= client.metrics.values.count
      leftOut += UInt64(metrics.leftOut)
      if seriesCount + metrics.values.count > Self.seriesMax {
        leftOut += UInt64(metrics.values.count)
        metrics = PushedMetrics()
      }
      seriesCount += metrics.values.count
      client.metrics = metrics
    }
    clients[id] = client
  }

  /// Forgets the clients that have gone.
  package mutating func forgetGone(at now: UInt64) { forget { $0.hasGone(at: now) } }

  private mutating func makeRoom(at now: UInt64) {
    guard clients.count >= Self.clientsMax else { return }
    forgetGone(at: now)
    guard clients.count > Self.clientsMax / 2 else { return }
    let middle = clients.values.map(\.seenAt).sorted()[clients.count / 2]
    forget { $0.seenAt <= middle }
  }

  private mutating func forget(_ isForgotten: (TelemetryClient) -> Bool) {
    clients = clients.filter { !isForgotten($0.value) }
    seriesCount = clients.values.reduce(0) { $0 + $1.metrics.values.count }
  }

  /// What a push says beside its metrics.
  package struct Push {
    let id: TopicID
    let subscriptionID: Int32
    let isLast: Bool
    /// Nil where there is no such codec.
    let codec: CompressionCodec?
    let byteCount: Int
    let bytesMax: Int

    package init(
      _ id: TopicID, subscriptionID: Int32, isLast: Bool, codec: CompressionCodec?,
      byteCount: Int, bytesMax: Int
    ) {
      self.id = id
      self.subscriptionID = subscriptionID
      self.isLast = isLast
      self.codec = codec
      self.byteCount = byteCount
      self.bytesMax = bytesMax
    }
  }
}

/// Why what was pushed is not kept.
package struct TelemetryRefusal: Error {
  let code: ErrorCode

  package init(_ code: ErrorCode) { self.code = code }
}

extension TelemetryClient.Subscription {
  /// Of all subscriptions those that mean the client: their metrics, and the shortest interval.
  fileprivate init(
    _ all: TelemetrySubscriptions.State, _ id: TopicID, _ client: TelemetryClient.Identity
  ) {
    let meant = all.all.filter { $0.matches { client.value(of: $0, id) } }
    let names = meant.reduce(into: Set<String>()) { $0.formUnion($1.metrics) }
    let everything = TelemetrySubscription.allMetrics
    metrics = names.contains(everything) ? [everything] : names.sorted()
    intervalMilliseconds = meant.map(\.intervalMilliseconds).min() ?? 300_000
    version = all.version
    // As KIP-714 has it: another number for another subscription, or another client.
    let text = metrics.joined(separator: ",") + " \(intervalMilliseconds) \(id)"
    self.id = Int32(bitPattern: CRC32C.checksum(ByteSlice(text.utf8).bytes))
  }
}

extension TelemetryClient.Identity {
  fileprivate func value(of selector: TelemetrySelector, _ id: TopicID) -> String {
    switch selector {
    case .clientInstanceID: id.description
    case .clientID: clientID
    case .softwareName: software.name
    case .softwareVersion: software.version
    case .sourceAddress: address
    case .sourcePort: "\(port)"
    }
  }
}
