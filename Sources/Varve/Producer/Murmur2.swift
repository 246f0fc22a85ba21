/// The hash by which Kafka's clients give a key its partition: MurmurHash2 of 32 bits as Kafka's
/// Java client has it, with its own seed. Librdkafka calls the partitioner `murmur2_random`.
package enum Murmur2 {
  private static let seed: UInt32 = 0x9747_B28C
  private static let multiplier: UInt32 = 0x5BD1_E995

  package static func hash(_ bytes: RawSpan) -> UInt32 {
    let count = bytes.byteCount
    var hash = seed ^ UInt32(truncatingIfNeeded: count)
    let wholeWords = count & ~3
    var position = 0
    while position < wholeWords {
      var word = bytes.bigEndian(at: position, as: UInt32.self).byteSwapped
      word = word &* multiplier
      word ^= word >> 24
      word = word &* multiplier
      hash = hash &* multiplier ^ word
      position += 4
    }
    hash = addTail(bytes, from: wholeWords, to: hash)
    hash ^= hash >> 13
    hash = hash &* multiplier
    return hash ^ (hash >> 15)
  }

  /// The one to three bytes after the last whole word.
  private static func addTail(_ bytes: RawSpan, from start: Int, to hash: UInt32) -> UInt32 {
    guard start < bytes.byteCount else { return hash }
    var hash = hash
    for position in start..<bytes.byteCount {
      let byte = UInt32(bytes.bigEndian(at: position, as: UInt8.self))
      hash ^= byte << UInt32(8 * (position - start))
    }
    return hash &* multiplier
  }

  /// The partition of a key among `count`.
  package static func partition(of key: RawSpan, among count: Int) -> Int32 {
    Int32(truncatingIfNeeded: Int(hash(key) & 0x7FFF_FFFF) % count)
  }
}
