import Testing
import VarveBase

/// Varints against a loop that follows their definition, on every edge of a length.
@Suite struct VarintTests {
  static let edges: [UInt64] =
    (0..<64).flatMap { (bit: UInt64) in [1 << bit - 1, 1 << bit, 1 << bit + 1] } + [.max]

  @Test func `numbers come back, and their size was foretold`() {
    for value in Self.edges {
      let bytes = written(value)
      #expect(bytes == definition(value))
      #expect(bytes.count == Varint.byteCount(unsigned: value))
      var position = 0
      let read = Varint.readUnsigned64(bytes.span.bytes, at: &position, end: bytes.count)
      #expect(read == value && position == bytes.count)
      if value <= UInt32.max {
        position = 0
        let read = Varint.readUnsigned32(bytes.span.bytes, at: &position, end: bytes.count)
        #expect(read == value && position == bytes.count)
      }
    }
  }

  @Test func `short numbers are written as others are`() {
    for value in 0..<Varint.shortLimit {
      // What the second byte of a number of one is, is left open.
      let bytes = [UInt8](unsafeUninitializedCapacity: 2) { buffer, count in
        count = buffer.baseAddress.map { Varint.write(short: value, to: $0) } ?? 0
      }
      #expect(bytes == definition(value) && bytes.count == Varint.byteCount(short: value))
    }
  }

  @Test func `zigzag keeps small negative numbers small`() {
    #expect([0, -1, 1, -2, 2].map { Varint.zigzag(Int32($0)) } == [0, 1, 2, 3, 4])
    #expect(Varint.zigzag(Int32.min) == .max && Varint.zigzag(Int64.min) == .max)
    for edge in Self.edges {
      #expect(Varint.zigzag(Varint.unzigzag(edge)) == edge)
      let narrow = UInt32(truncatingIfNeeded: edge)
      #expect(Varint.zigzag(Varint.unzigzag(narrow)) == narrow)
    }
  }

  @Test func `a number cut short is invalid, wherever it is cut`() {
    for value in Self.edges {
      let bytes = written(value)
      for end in 0..<bytes.count {
        var position = 0
        let read = Varint.readUnsigned64(bytes.span.bytes, at: &position, end: end)
        #expect(read == 0 && position > bytes.count)
      }
    }
  }

  @Test(
    arguments: [
      [0xFF, 0xFF, 0xFF, 0xFF, 0x1F],
      [0x80, 0x80, 0x80, 0x80, 0x10],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
    ] as [[UInt8]])
  func `more than 32 bits are invalid`(bytes: [UInt8]) {
    var position = 0
    let read = Varint.readUnsigned32(bytes.span.bytes, at: &position, end: bytes.count)
    #expect(read == 0 && position == Varint.invalidPosition)
  }

  @Test(arguments: [0x02, 0x7F, 0x80] as [UInt8])
  func `more than 64 bits are invalid`(last: UInt8) {
    let bytes = [UInt8](repeating: 0xFF, count: 9) + [last, 0]
    var position = 0
    let read = Varint.readUnsigned64(bytes.span.bytes, at: &position, end: bytes.count)
    #expect(read == 0 && position == Varint.invalidPosition)
  }

  private func written(_ value: UInt64) -> [UInt8] {
    var buffer = [UInt8](repeating: 0xAA, count: 10)
    let count = buffer.withUnsafeMutableBytes {
      Varint.write(unsigned: value, to: $0.baseAddress!)
    }
    return Array(buffer.prefix(count))
  }

  private func definition(_ value: UInt64) -> [UInt8] {
    let groups = stride(from: UInt64(0), to: 70, by: 7).map { UInt8(value >> $0 & 0x7F) }
    let used = max(1, (groups.lastIndex { $0 != 0 } ?? 0) + 1)
    return groups.prefix(used).enumerated().map { $0 == used - 1 ? $1 : $1 | 0x80 }
  }
}
