internal import VarveBase
internal import VarveLog

/// A client that pushes metrics: what it is subscribed to, when it came, what it told.
package struct TelemetryClient: Sendable {
  /// Who pushes.
  package struct Identity: Sendable {
    package let clientID: String
    package let software: ClientSoftware
    package let address: String
    package let port: UInt16

    package init(clientID: String, software: ClientSoftware, address: String, port: UInt16) {
      self.clientID = clientID
      self.software = software
      self.address = address
      self.port = port
    }
  }

  /// What a client is to push.
  package struct Subscription: Equatable, Sendable {
    package let id: Int32
    package let metrics: [String]
    package let intervalMilliseconds: Int32
    /// Of the subscriptions that it was made of.
    let version: Int
  }

  package let identity: Identity
  private(set) var subscription: Subscription
  private var gotAt: UInt64?
  private var pushedAt: UInt64?
  private(set) var seenAt: UInt64
  private var lastError = ErrorCode.none
  private var isTerminating = false
  package private(set) var pushCount: UInt64 = 0
  package private(set) var pushedBytes: UInt64 = 0
  /// What it pushed last.
  package internal(set) var metrics = PushedMetrics()

  init(_ identity: Identity, _ subscription: Subscription, at now: UInt64) {
    self.identity = identity
    self.subscription = subscription
    seenAt = now
  }

  private var intervalNanoseconds: UInt64 {
    UInt64(subscription.intervalMilliseconds) * 1_000_000
  }

  /// Whether nothing was heard of it for so long that it has gone: three intervals, a minute at
  /// least.
  func hasGone(at now: UInt64) -> Bool {
    now > seenAt && now - seenAt > max(60_000_000_000, 3 * intervalNanoseconds)
  }

  /// Takes what it is subscribed to now, which it may ask for at once.
  mutating func subscribe(_ subscription: Subscription) {
    self.subscription = subscription
    (gotAt, pushedAt, isTerminating, lastError) = (nil, nil, false, .none)
  }

  /// Whether it may ask what to push: once an interval, and where it was told that it should.
  mutating func asks(at now: UInt64) -> ErrorCode {
    seenAt = now
    let isTold = lastError == .unknownSubscriptionID || lastError == .unsupportedCompressionType
    let last = gotAt.map { max($0, pushedAt ?? $0) } ?? pushedAt
    guard isTold || isDue(after: last, at: now) else {
      return .throttlingQuotaExceeded
    }
    (gotAt, lastError) = (now, .none)
    return .none
  }

  /// Whether it may push this: once after it asked, whenever that is, and then once an interval.
  mutating func pushes(
    subscription id: Int32, isLast: Bool, codec: CompressionCodec?, byteCount: Int, bytesMax: Int,
    at now: UInt64
  ) -> ErrorCode {
    seenAt = now
    lastError = judge(id, isLast: isLast, codec, byteCount <= bytesMax, at: now)
    isTerminating = isLast
    guard lastError == .none else { return lastError }
    pushCount += 1
    pushedBytes += UInt64(byteCount)
    return .none
  }

  /// Notes that what it pushed could not be read.
  mutating func failed(_ code: ErrorCode) { lastError = code }

  private mutating func judge(
    _ id: Int32, isLast: Bool, _ codec: CompressionCodec?, _ isSmall: Bool, at now: UInt64
  ) -> ErrorCode {
    guard !isTerminating else { return .invalidRequest }
    let isFirst = gotAt.map { got in pushedAt.map { got > $0 } ?? true } ?? false
    let isInTime = isFirst || isDue(after: pushedAt, at: now)
    guard isInTime || isLast else { return .throttlingQuotaExceeded }
    if isInTime { pushedAt = now }
    guard id == subscription.id else { return .unknownSubscriptionID }
    guard codec?.isAvailable == true else { return .unsupportedCompressionType }
    return isSmall ? .none : .telemetryTooLarge
  }

  private func isDue(after last: UInt64?, at now: UInt64) -> Bool {
    last.map { now >= $0 && now - $0 >= intervalNanoseconds } ?? true
  }
}
