import VarveTestSupport

/// A reader of the batches that Kafka 4.0 wrote, for tests, which shares nothing with ours.
enum GoldenFiles {
  struct Record {
    let offset: Int64
    let isControl: Bool
    let key: [UInt8]?
    let value: [UInt8]
  }

  /// The records of a log or snapshot file whose batches are not compressed.
  static func records(_ path: String) throws -> [Record] {
    let bytes = try GoldenData.bytes("data/" + path)
    var records: [Record] = []
    var start = 0
    while start + 61 <= bytes.count {
      let length = integer(bytes, start + 8, 4)
      if length == 0 { break }
      let attributes = integer(bytes, start + 21, 2)
      var position = start + 61
      for _ in 0..<integer(bytes, start + 57, 4) {
        let end = varint(bytes, &position)
        let recordEnd = position + end
        position += 1
        _ = varint(bytes, &position)
        let delta = varint(bytes, &position)
        let key = field(bytes, &position)
        let value = field(bytes, &position) ?? []
        records.append(
          Record(
            offset: Int64(integer(bytes, start, 8) + delta), isControl: attributes & 0x20 != 0,
            key: key, value: value))
        position = recordEnd
      }
      start += 12 + length
    }
    return records
  }

  private static func integer(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
    bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func varint(_ bytes: [UInt8], _ position: inout Int) -> Int {
    var value = 0
    var shift = 0
    while true {
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 { return value >> 1 ^ -(value & 1) }
    }
  }

  private static func field(_ bytes: [UInt8], _ position: inout Int) -> [UInt8]? {
    let count = varint(bytes, &position)
    guard count >= 0 else { return nil }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }
}
