import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Against what OpenSSL says of the same bytes:
///
///     printf … | openssl mac -macopt hexkey:00010203…0f -macopt size:16 -in - SIPHASH
@Suite struct KeyHashTests {
  @Test(arguments: [
    (0, "A3817F04BA25A8E66DF67214C7550293"), (1, "DA87C1D86B99AF44347659119B22FC45"),
    (2, "8177228DA4A45DC7FCA38BDEF60AFFE4"), (7, "A1F1EBBED8DBC153C0B84AA61FF08239"),
    (8, "3B62A9BA6258F5610F83E264F31497B4"), (15, "5493E99933B0A8117E08EC0F97CFC3D9"),
  ])
  func `a key's hash is SipHash-2-4 of 128 bits`(byteCount: Int, expected: String) {
    let secret = KeyHash.Secret(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)
    let hash = KeyHash(ByteSlice((0..<byteCount).map { UInt8($0) }).bytes, secret)
    let bytes = [hash.high, hash.low].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    let digits = bytes.map { byte in
      let text = String(byte, radix: 16, uppercase: true)
      return text.count == 1 ? "0" + text : text
    }
    #expect(digits.joined() == expected)
  }

  @Test func `the map remembers the last offset of each of many keys`() {
    var generator = SeededGenerator(seed: 1)
    var map = OffsetMap(from: 100, bytesMax: 1 << 20)
    var model: [UInt64: Int64] = [:]
    for offset in Int64(100)..<20_000 {
      let key = generator.next() % 5000
      map.put(Self.bytes(key).bytes, at: Offset(offset))
      model[key] = offset
    }
    #expect(map.count == model.count)
    func isSuperseded(_ key: UInt64, at offset: Int64) -> Bool {
      map.isSuperseded(Self.bytes(key).bytes, at: Offset(offset))
    }
    for (key, offset) in model {
      #expect(isSuperseded(key, at: offset - 1))
      #expect(!isSuperseded(key, at: offset))
    }
    #expect(!isSuperseded(5001, at: 0))
  }

  private static func bytes(_ key: UInt64) -> ByteSlice {
    ByteSlice((0..<8).map { UInt8(truncatingIfNeeded: key >> (8 * $0)) })
  }
}
