import Varve

/// How queues and their jobs are printed.
enum QueueText {
  static func table(_ partitions: [SharedPartition]) -> Table {
    var table = Table(
      ">PARTITION", ">START", ">REMAINING", ">READY", ">DELAYED", ">LOCKED", ">PARKED", ">FAILING",
      ">AGE", ">IN/S", ">OUT/S", ">DRAIN")
    for partition in partitions {
      table.add(
        String(partition.id.partition), "\(partition.startOffset)", String(partition.remaining),
        String(partition.ready), String(partition.delayed), String(partition.locked),
        String(partition.parked), String(partition.failing),
        decimal(partition.oldestAge.map { Double($0.milliseconds) / 1e3 }),
        decimal(partition.flow?.in), decimal(partition.flow?.out),
        decimal(partition.secondsToDrain))
    }
    return table
  }

  static func json(_ partitions: [SharedPartition]) -> JSON {
    .object([
      "remaining": .integer(partitions.reduce(0) { $0 + $1.remaining }),
      "partitions": .array(
        partitions.map { partition in
          .object([
            "partition": .integer(partition.id.partition),
            "start": .integer(partition.startOffset.rawValue),
            "remaining": .integer(partition.remaining), "ready": .integer(partition.ready),
            "delayed": .integer(partition.delayed), "locked": .integer(partition.locked),
            "parked": .integer(partition.parked), "failing": .integer(partition.failing),
            "ageMilliseconds": partition.oldestAge.map { .integer($0.milliseconds) } ?? .null,
            "inPerSecond": number(partition.flow?.in), "outPerSecond": number(partition.flow?.out),
            "drainSeconds": number(partition.secondsToDrain),
          ])
        }),
    ])
  }

  private static func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

  /// With one digit after the point.
  private static func decimal(_ value: Double?) -> String {
    guard let value else { return "-" }
    return value.isFinite ? String((value * 10).rounded() / 10) : "never"
  }

  /// A record as a line of text, or of JSON.
  static func line(_ record: Record, of partition: TopicPartition, isJSON: Bool) -> String {
    let place = "\(partition.partition)@\(record.offset)"
    guard isJSON else { return "\(place)\t\(text(record.value))\n" }
    return JSON.object([
      "partition": .integer(partition.partition), "offset": .integer(record.offset.rawValue),
      "timestamp": .integer(record.timestamp.rawValue), "key": optional(record.key),
      "value": optional(record.value), "headers": headers(record.headers),
    ]).line
  }

  static func headers(_ headers: [Header]) -> JSON {
    .array(headers.map { .array([.string(text($0.name)), optional($0.value)]) })
  }

  static func optional(_ bytes: ByteSlice?) -> JSON {
    bytes.map { .string(text($0)) } ?? .null
  }

  static func text(_ bytes: ByteSlice?) -> String {
    bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
