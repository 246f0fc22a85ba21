internal import VarveBase
internal import VarveBroker

/// What one loop of a server counts. On the loop's thread: to count is to add to a number.
final class LoopCounters {
  var counts = ServerCounts()

  /// Counts a request that was answered, by its key.
  func answered(_ key: Int16, nanoseconds: UInt64, errors: [ErrorCode]) {
    counts.answered(key, nanoseconds: nanoseconds, errors: errors)
  }

  /// Counts that a client has to wait for its quota.
  func waits(_ kind: QuotaKind, milliseconds: Int64) {
    counts.quotaWaits[kind, default: QuotaWaits()] += QuotaWaits(milliseconds: milliseconds)
  }
}

/// Counts of a loop, or the sums of several.
struct ServerCounts: Sendable {
  var receivedBytes: UInt64 = 0
  var sentBytes: UInt64 = 0
  var openedConnections: UInt64 = 0
  /// By key.
  private(set) var requests: [RequestCount] = []
  private(set) var errors: [RequestError: UInt64] = [:]
  var quotaWaits: [QuotaKind: QuotaWaits] = [:]

  struct RequestError: Hashable, Sendable {
    let key: Int16
    let code: ErrorCode
  }

  mutating func answered(_ key: Int16, nanoseconds: UInt64, errors codes: [ErrorCode]) {
    let index = Int(key)
    guard index >= 0 else { return }
    grow(to: index + 1)
    requests[index].add(nanoseconds)
    for code in codes { errors[RequestError(key: key, code: code), default: 0] += 1 }
  }

  /// Keys come from a table of ours, so that there are few.
  private mutating func grow(to count: Int) {
    while requests.count < count { requests.append(RequestCount()) }
  }

  mutating func add(_ other: ServerCounts) {
    receivedBytes += other.receivedBytes
    sentBytes += other.sentBytes
    openedConnections += other.openedConnections
    grow(to: other.requests.count)
    for (index, request) in other.requests.enumerated() { requests[index].add(request) }
    errors.merge(other.errors, uniquingKeysWith: +)
    quotaWaits.merge(other.quotaWaits, uniquingKeysWith: +)
  }
}

/// How often clients had to wait for a quota, and how long.
struct QuotaWaits: Sendable {
  private(set) var count: UInt64 = 0
  private(set) var milliseconds: Int64 = 0

  init() {}

  init(milliseconds: Int64) { (count, self.milliseconds) = (1, milliseconds) }

  static func + (left: QuotaWaits, right: QuotaWaits) -> QuotaWaits {
    var sum = left
    sum += right
    return sum
  }

  static func += (left: inout QuotaWaits, right: QuotaWaits) {
    left.count += right.count
    left.milliseconds += right.milliseconds
  }
}

/// How many requests of a key were answered, and how long that took.
package struct RequestCount: Sendable {
  /// The upper bounds of the buckets, in seconds: 32 µs, and double that again and again, to
  /// 16.8 s.
  package static let boundsInSeconds = (0..<bucketCount).map {
    Double(UInt64(32) << UInt64($0)) / 1e6
  }
  private static let bucketCount = 20

  package private(set) var count: UInt64 = 0
  package private(set) var nanoseconds: UInt64 = 0
  /// The requests of each bucket, those above its lower bound alone; what is slower is in none.
  package private(set) var buckets = [UInt64](repeating: 0, count: bucketCount)

  package init() {}

  package mutating func add(_ time: UInt64) {
    count += 1
    nanoseconds += time
    // A time of up to 32 µs has no bit above the fifth, one of up to 64 µs none above the sixth.
    let microseconds = (time + 999) / 1_000
    let bits = UInt64.bitWidth - (max(microseconds, 1) - 1).leadingZeroBitCount
    let index = max(0, bits - 5)
    if index < Self.bucketCount { buckets[index] += 1 }
  }

  mutating func add(_ other: RequestCount) {
    count += other.count
    nanoseconds += other.nanoseconds
    for index in buckets.indices { buckets[index] += other.buckets[index] }
  }
}
