/// The identity of a topic for its life: a topic deleted and created again has another (KIP-516).
///
/// Written as Kafka writes it: 16 bytes in unpadded URL-safe Base64, 22 characters.
public struct TopicID: Hashable, Sendable, CustomStringConvertible {
  /// The 16 bytes as one big-endian number.
  public let rawValue: UInt128

  /// The id that no topic has.
  public static let zero = TopicID(rawValue: 0)

  public init(rawValue: UInt128) { self.rawValue = rawValue }

  /// A random version-4 UUID that does not start with `-` when written, as Kafka makes them.
  public init(using generator: inout some RandomNumberGenerator) {
    var candidate: TopicID
    repeat {
      let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
      let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
      candidate = TopicID(rawValue: UInt128(high) << 64 | UInt128(low))
    } while candidate.description.hasPrefix("-")
    self = candidate
  }

  /// Reads the 22 characters of the written form; nil for anything else.
  public init?(_ text: String) {
    guard text.utf8.count == 22 else { return nil }
    var bits: UInt128 = 0
    for (index, character) in text.utf8.enumerated() {
      guard let value = Self.alphabet.firstIndex(of: character) else { return nil }
      if index < 21 {
        bits = bits << 6 | UInt128(value)
      } else {
        // 22 characters are 132 bits: the last four stand past the 128th and must be zero.
        guard value & 0xF == 0 else { return nil }
        bits = bits << 2 | UInt128(value >> 4)
      }
    }
    self.init(rawValue: bits)
  }

  public var description: String {
    var characters = (0..<21).map { Self.alphabet[Int(rawValue >> UInt128(122 - 6 * $0) & 0x3F)] }
    characters.append(Self.alphabet[Int(rawValue & 0x3) << 4])
    return String(decoding: characters, as: UTF8.self)
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
