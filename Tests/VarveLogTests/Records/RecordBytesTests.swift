import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// The bytes of records against a writer that follows the format's definition field by field, on
/// both sides of every edge at which a number takes another byte.
@Suite struct RecordBytesTests {
  @Test func `a record's bytes are the definition's whatever its key and value`() throws {
    let counts: [Int?] = [nil, 0, 1, 49, 50, 51, 63, 64, 65, 8100, 8170, 8191, 8192, 8193, 1 << 20]
    for key in counts {
      for value in counts {
        let records = [
          RecordModel(offset: 0, timestamp: 1000, key: bytes(key), value: bytes(value)),
          RecordModel(offset: 1, timestamp: 1000, key: bytes(value), value: bytes(key)),
        ]
        let written = try payload(of: records)
        let expected = definition(of: records)
        #expect(written == expected, "key \(key ?? -1), value \(value ?? -1)")
      }
    }
  }

  @Test func `a record's bytes are the definition's whatever its length`() throws {
    // Both sides of where the record's own length takes a second and a third byte.
    for count in Array(40...70) + Array(8170...8200) {
      let records = (0..<3).map { offset in
        RecordModel(offset: offset, timestamp: 0, key: nil, value: bytes(count))
      }
      let written = try payload(of: records)
      let expected = definition(of: records)
      #expect(written == expected, "value of \(count)")
    }
  }

  @Test func `a record's bytes are the definition's whatever its time and offset`() throws {
    let times: [Int64] = [
      0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8192, -8193, 1 << 31, -1 << 31, 1 << 50,
    ]
    let value = bytes(3)
    for time in times {
      for gap in [0, 1, 61, 62, 63, 64, 8189, 8190, 8191, 8192, 1 << 20] as [Int64] {
        let records = [
          RecordModel(offset: 0, timestamp: 1 << 40, key: nil, value: value),
          RecordModel(offset: gap + 1, timestamp: 1 << 40, key: value, value: nil),
          RecordModel(offset: gap + 2, timestamp: 1 << 40 + time, key: nil, value: value),
        ]
        let written = try payload(of: records)
        let expected = definition(of: records)
        #expect(written == expected, "time \(time), gap \(gap)")
      }
    }
  }

  @Test(arguments: [5, 6, 7] as [UInt64])
  func `a batch's bytes are the definition's, records of all sizes mixed`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let records = (0..<2000).map { offset in
      let count = Int.random(in: 0...13, using: &random)
      return RecordModel(
        offset: Int64(offset), timestamp: Int64.random(in: 0..<20_000, using: &random),
        key: Bool.random(using: &random)
          ? random.bytes(Int.random(in: 0...80, using: &random)) : nil,
        value: Bool.random(using: &random) ? random.bytes(1 << count) : nil)
    }
    let written = try payload(of: records)
    #expect(written == definition(of: records))
  }

  @Test func `a base timestamp that is set counts from the first record on`() throws {
    var builder = RecordBatchBuilder()
    builder.deleteHorizon = 500
    try builder.append(timestamp: 503, key: nil, value: nil)
    try builder.append(timestamp: 490, key: nil, value: nil)
    try builder.finish()
    let payload = Array(array(builder.bytes)[RecordBatchHeader.byteCount...])
    let models = [
      RecordModel(offset: 0, timestamp: 503), RecordModel(offset: 1, timestamp: 490),
    ]
    #expect(payload == definition(of: models, base: 500))
  }

  /// What the builder makes of records, by its way for the next offset where a record has that.
  private func payload(of records: [RecordModel]) throws -> [UInt8] {
    var builder = RecordBatchBuilder(capacity: 64)
    var next: Int64 = 0
    for record in records {
      if record.offset == next {
        try builder.append(
          timestamp: Timestamp(record.timestamp), key: record.key?.span.bytes,
          value: record.value?.span.bytes)
      } else {
        try builder.append(record)
      }
      next = record.offset + 1
    }
    try builder.finish()
    return Array(array(builder.bytes)[RecordBatchHeader.byteCount...])
  }

  /// Kafka's message format 2: length, attributes, timestamp delta, offset delta, key, value, and
  /// how many headers.
  private func definition(of records: [RecordModel], base: Int64? = nil) -> [UInt8] {
    let base = base ?? records.first?.timestamp ?? 0
    return records.flatMap { record in
      let body =
        [0] + varint(record.timestamp - base) + varint(record.offset) + prefixed(record.key)
        + prefixed(record.value) + varint(0)
      return varint(Int64(body.count)) + body
    }
  }

  private func prefixed(_ bytes: [UInt8]?) -> [UInt8] {
    guard let bytes else { return varint(-1) }
    return varint(Int64(bytes.count)) + bytes
  }

  private func varint(_ value: Int64) -> [UInt8] {
    var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private func bytes(_ count: Int?) -> [UInt8]? {
    count.map { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ count) } }
  }
}
