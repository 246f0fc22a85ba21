internal import VarveBroker

/// Who a client has proved to be, by what, and for how long that counts (KIP-368).
struct SaslSession {
  let principal: Principal
  /// Nil where no mechanism was asked for.
  let mechanism: SaslMechanism?
  /// When it is over, by the monotonic clock; nil for as long as the connection lasts.
  let end: UInt64?

  /// 34 years: what lies behind is for ever, and clients reckon in smaller units.
  private static let millisecondsMax: Int64 = 1 << 40

  /// How long a session lasts that begins now, in milliseconds: as long as its proof counts, and as
  /// the server allows. Nil for ever. Never 0, which clients take for that.
  static func milliseconds(proofEnd: Int64?, now: Int64, max: Int64) -> Int64? {
    let allowed = max > 0 ? min(max, millisecondsMax) : nil
    guard let left = proofEnd.map({ Swift.max(1, min($0 - now, millisecondsMax)) }) else {
      return allowed
    }
    return min(left, allowed ?? left)
  }
}
