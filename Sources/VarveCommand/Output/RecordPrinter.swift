import Varve

/// Prints records by a format or as JSON, one object a line.
struct RecordPrinter {
  private let format: RecordFormat?
  private let output: StandardOutput

  init(_ call: Invocation) throws(UsageError) {
    if call.isJSON && call.has("format") {
      throw UsageError("--json and --format exclude each other")
    }
    format = call.isJSON ? nil : try RecordFormat(call.value("format") ?? "%s\\n")
    output = call.output
  }

  func print(_ record: Record, of source: TopicPartition) throws {
    if let format { return try format.write(record, of: source, to: output) }
    try output.write(json(record, of: source).line)
  }

  /// Shows what was printed so far.
  func flush() throws { try output.flush() }

  private func json(_ record: Record, of source: TopicPartition) -> JSON {
    .object([
      "topic": .string(source.topic.description), "partition": .integer(source.partition),
      "offset": .integer(record.offset.rawValue),
      "timestamp": .integer(record.timestamp.rawValue), "key": .bytes(record.key),
      "value": .bytes(record.value),
      "headers": .array(
        record.headers.map { .object(["name": .bytes($0.name), "value": .bytes($0.value)]) }),
    ])
  }
}

extension JSON {
  /// Text where the bytes are UTF-8, else an object with them in base64, so that nothing is lost.
  fileprivate static func bytes(_ bytes: ByteSlice?) -> JSON {
    guard let bytes else { return .null }
    if let text = String(validating: bytes, as: UTF8.self) { return .string(text) }
    return .object(["base64": .string(base64(bytes))])
  }

  /// RFC 4648, section 4.
  private static func base64(_ bytes: ByteSlice) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
      let bits = group[0] << 16 | group[1] << 8 | group[2]
      let letters = min(bytes.count - start, 3) + 1
      for index in 0..<4 {
        text.append(index < letters ? alphabet[Int(bits >> (18 - 6 * index) & 63)] : "=")
      }
    }
    return text
  }
}
