internal import VarveBase

/// A hash of a record's key that stands for the key: SipHash-2-4 with a result of 128 bits
/// (Aumasson and Bernstein, 2012).
///
/// The secret is drawn for each compaction, so that nobody can choose keys that collide; by chance
/// two of a billion keys do with a probability below 10⁻²⁰.
package struct KeyHash: Equatable, Sendable {
  package let high: UInt64
  package let low: UInt64

  /// What the hashes of one compaction depend on.
  package struct Secret: Sendable {
    let first: UInt64
    let second: UInt64

    package init(first: UInt64, second: UInt64) {
      self.first = first
      self.second = second
    }

    package static func random() -> Secret {
      Secret(first: .random(in: .min ... .max), second: .random(in: .min ... .max))
    }
  }

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  package init(_ key: RawSpan, _ secret: Secret) {
    var state = SipState(secret)
    let count = key.byteCount
    var position = 0
    while position + 8 <= count {
      state.absorb(key.bigEndian(at: position, as: UInt64.self).byteSwapped)
      position += 8
    }
    var last = UInt64(truncatingIfNeeded: count) << 56
    for index in position..<count {
      last |= UInt64(key.bigEndian(at: index, as: UInt8.self)) << UInt64(8 * (index - position))
    }
    state.absorb(last)
    (high, low) = state.finish()
  }
}

private struct SipState {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64

  init(_ secret: KeyHash.Secret) {
    v0 = secret.first ^ 0x736f_6d65_7073_6575
    v1 = secret.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
    v2 = secret.first ^ 0x6c79_6765_6e65_7261
    v3 = secret.second ^ 0x7465_6462_7974_6573
  }

  mutating func absorb(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  mutating func finish() -> (UInt64, UInt64) {
    v2 ^= 0xee
    for _ in 0..<4 { round() }
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xdd
    for _ in 0..<4 { round() }
    return (first, v0 ^ v1 ^ v2 ^ v3)
  }

  private mutating func round() {
    v0 &+= v1
    v1 = Self.rotate(v1, 13) ^ v0
    v0 = Self.rotate(v0, 32)
    v2 &+= v3
    v3 = Self.rotate(v3, 16) ^ v2
    v0 &+= v3
    v3 = Self.rotate(v3, 21) ^ v0
    v2 &+= v1
    v1 = Self.rotate(v1, 17) ^ v2
    v2 = Self.rotate(v2, 32)
  }

  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value << bits | value >> (64 - bits)
  }
}
