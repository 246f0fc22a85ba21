internal import VarveBase
internal import VarveCoordination
internal import VarveLog

/// The headers that say how a record of a queue is delivered. Any client may send them; numbers are
/// decimal text.
package enum QueueHeader: String, CaseIterable, Sendable {
  /// 0 to 31; higher ones come first. Without it, 0.
  case priority = "varve.priority"
  /// Milliseconds from the record's timestamp on, before which it is not delivered.
  case delay = "varve.delay.ms"
  /// The same as a time: milliseconds since 1970 UTC.
  case deliverAt = "varve.deliver.at"
  /// Milliseconds from the record's timestamp on, after which it is not delivered.
  case timeToLive = "varve.ttl.ms"
  /// The same as a time: milliseconds since 1970 UTC.
  case expiresAt = "varve.expires.at"
  /// What is the same for all copies of a message.
  case messageID = "varve.message.id"
  /// How often it was sent back from the dead letters: it is no repetition of itself.
  case redriveCount = "varve.redrive.count"

  fileprivate static func named(_ name: RawSpan) -> QueueHeader? {
    // Most headers are not ours, which the first bytes show.
    guard name.byteCount > 8, name.byte(at: 0) == UInt8(ascii: "v") else { return nil }
    return QueueHeader(rawValue: String(decoding: ByteSlice(name), as: UTF8.self))
  }
}

extension RawSpan {
  fileprivate func byte(at position: Int) -> UInt8 { bigEndian(at: position) }
}

extension QueuedRecord {
  /// What a record's headers say. One that cannot be read, or is out of range, does not count, and
  /// the record is marked.
  init(_ record: borrowing RecordView, timeToLive: Int64?, secret: KeyHash.Secret) {
    self.init(offset: record.offset.rawValue)
    timestamp = record.timestamp.rawValue
    expiresAt = timeToLive.map { Self.sum(timestamp, $0) }
    guard record.headerCount > 0 else { return }
    var headers = record.headers
    var isRedriven = false
    while let header = headers.next() {
      guard let name = QueueHeader.named(header.key) else { continue }
      guard let value = header.value else {
        isMalformed = true
        continue
      }
      apply(name, value, secret)
      isRedriven = isRedriven || name == .redriveCount
    }
    if isRedriven { digest = nil }
  }

  private mutating func apply(_ name: QueueHeader, _ value: RawSpan, _ secret: KeyHash.Secret) {
    if name == .messageID {
      let hash = KeyHash(value, secret)
      digest = UInt128(hash.high) << 64 | UInt128(hash.low)
      return
    }
    guard let number = Self.number(value) else {
      isMalformed = true
      return
    }
    switch name {
    case .priority:
      if number < RecordPriority.count { priority = UInt8(number) } else { isMalformed = true }
    case .delay: availableAt = max(availableAt, Self.sum(timestamp, number))
    case .deliverAt: availableAt = max(availableAt, number)
    case .timeToLive: expiresAt = Self.sum(timestamp, number)
    case .expiresAt: expiresAt = number
    case .messageID, .redriveCount: break
    }
  }

  /// Digits alone, of a number that is not too large.
  private static func number(_ text: RawSpan) -> Int64? {
    guard text.byteCount > 0, text.byteCount <= 18 else { return nil }
    var number: Int64 = 0
    for index in 0..<text.byteCount {
      let digit = text.byte(at: index) &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      number = number * 10 + Int64(digit)
    }
    return number
  }

  private static func sum(_ time: Int64, _ milliseconds: Int64) -> Int64 {
    let (sum, overflows) = time.addingReportingOverflow(milliseconds)
    return overflows ? .max : sum
  }
}
