import Testing
import VarveBase

/// CRC32C against the vectors of RFC 3720 (appendix B.4) and a bit-by-bit division.
@Suite struct CRC32CTests {
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E),
      (Array((0..<32).reversed()), 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func `the vectors of RFC 3720`(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(bytes.span.bytes) == expected)
    #expect(CRC32C.portableChecksum(bytes.span.bytes) == expected)
  }

  /// Lengths around the lanes of the three-way step (384 and 6,144 bytes), at odd addresses too.
  @Test func `both ways agree with a division bit by bit`() {
    var seed: UInt32 = 1
    let bytes: [UInt8] = (0..<20_000).map { _ in
      seed = seed &* 1_664_525 &+ 1_013_904_223
      return UInt8(seed >> 24)
    }
    let lengths = Array(0...40) + [383, 384, 385, 391, 768, 1000, 6143, 6144, 6145, 6529, 19_990]
    for length in lengths {
      for start in [0, 1, 3, 8] {
        let part = bytes.span.bytes.extracting(start..<start + length)
        let expected = division(Array(bytes[start..<start + length]))
        let fast = CRC32C.checksum(part)
        let portable = CRC32C.portableChecksum(part)
        #expect(fast == expected && portable == expected, "\(length) bytes from \(start)")
      }
    }
  }

  @Test func `a checksum continues from that of the bytes before`() {
    let bytes = Array("The quick brown fox jumps over the lazy dog".utf8)
    let whole = CRC32C.checksum(bytes.span.bytes)
    for cut in 0...bytes.count {
      let first = CRC32C.checksum(bytes.span.bytes.extracting(0..<cut))
      let both = CRC32C.checksum(bytes.span.bytes.extracting(cut..<bytes.count), continuing: first)
      #expect(both == whole)
    }
  }

  /// The definition: polynomial division with the reflected polynomial 0x82F63B78.
  private func division(_ bytes: [UInt8]) -> UInt32 {
    var remainder = ~UInt32(0)
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1
      }
    }
    return ~remainder
  }
}
