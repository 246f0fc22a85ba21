import Varve

extension TopicCommands {
  static let produce = Command(
    name: "topic produce", summary: "Write records, one a line, from the standard input or a file",
    details: """
      A line is a record's value, byte by byte, without its newline. With --key-separator what
      stands before the first separator is the key; a line without it has no key. With
      --time-separator a line begins with the record's time, in milliseconds since 1970 or in
      ISO 8601. Separators may have the escapes of a format, such as \\t. Records of one key go to
      one partition, as Kafka's clients have it.
      """,
    arguments: [.topic],
    options: [
      .at, .init(name: "key-separator", value: "S", help: "what stands between key and value"),
      .init(
        name: "time-separator", value: "S", help: "what stands between the time and the rest"),
      .init(
        name: "header", value: "NAME=VALUE", repeats: true, help: "a header of every record"),
      .partition,
      .init(
        name: "compression", value: "CODEC", help: "none, gzip, lz4, snappy or zstd"),
      .init(name: "file", value: "FILE", help: "read this instead of the standard input"),
      .init(name: "json", help: "print how many records and bytes it was, as JSON"),
    ],
    examples: [
      .init(
        line: "printf 'c-42:2 apples\\n' | varve topic produce orders --key-separator :",
        purpose: "one record with a key"),
      .init(
        line: "varve topic produce readings --time-separator '\\t' --key-separator '\\t' "
          + "--file readings.tsv",
        purpose: "lines with a time, a key and a value"),
    ],
    run: produce)

  static func produce(_ call: Invocation) async throws {
    let lines = try ProduceOptions(call)
    try await call.withLog(.writing) { varve in
      let topic = try await call.topic(in: varve)
      let partition = call.has("partition") ? try call.partitions(of: topic)[0].partition : nil
      var options = lines.producer
      // A broker that does not answer may have the batch: it is asked again, without a second copy.
      options.isIdempotent = try call.brokerAddress() != nil
      let producer = try varve.producer(options: options)
      let sent = try await send(
        lines, to: topic.topic.name.description, partition, with: producer)
      let json: JSON = .object([
        "topic": .string(topic.topic.name.description), "records": .integer(sent.records),
        "bytes": .integer(sent.bytes),
      ])
      if call.isJSON { try call.output.write(json.line) }
    }
  }

  /// Sends every line. What was read before a failure is written all the same.
  private static func send(
    _ lines: ProduceOptions, to topic: String, _ partition: Int32?, with producer: Producer
  ) async throws -> (records: Int, bytes: Int) {
    let input = try lines.file.map(System.openFile) ?? System.Stream.input.rawValue
    defer { if lines.file != nil { System.close(input) } }
    let size = System.size(of: input)
    var reader = LineReader(input)
    var progress = ProgressBar("produce")
    var (records, bytes) = (0, 0)
    defer { progress.end() }
    do {
      while let line = try reader.next() {
        let parts = try lines.splitter.split(line, number: records + 1)
        let isTaken = try producer.tryEnqueue(
          topic, partition: partition, key: parts.key, value: parts.value,
          headers: lines.headers, timestamp: parts.time)
        if !isTaken {
          try await producer.enqueue(
            topic, partition: partition, key: parts.key, value: parts.value,
            headers: lines.headers, timestamp: parts.time)
        }
        records += 1
        bytes += line.count
        if records & 1023 == 0 {
          if let size { progress.update(reader.bytesRead, of: size, "bytes") }
          if size == nil { progress.update(records, of: nil, "records") }
        }
      }
    } catch {
      try await producer.close()
      throw error
    }
    try await producer.close()
    return (records, bytes)
  }
}

/// What lines are read from, how they are taken apart, and how they are sent.
private struct ProduceOptions {
  let file: String?
  let splitter: LineSplitter
  let headers: [Header]
  let producer: Producer.Options

  init(_ call: Invocation) throws(UsageError) {
    file = call.value("file")
    splitter = LineSplitter(
      timeSeparator: try Self.separator("time-separator", call),
      keySeparator: try Self.separator("key-separator", call))
    headers = try call.pairs("header").map { Header($0.name, $0.value) }
    var options = Producer.Options()
    options.batchBytes = 256 << 10
    // What comes through a pipe comes in pieces: fuller batches are smaller and read faster. Who
    // types does not notice a tenth of a second.
    options.linger = .milliseconds(100)
    options.compression = try Compression(option: "compression", of: call) ?? .none
    producer = options
  }

  private static func separator(
    _ option: String, _ call: Invocation
  ) throws(UsageError) -> [UInt8]? {
    guard let text = call.value(option) else { return nil }
    if text.isEmpty { throw UsageError("--\(option) takes one character or more") }
    return unescaped(text)
  }
}

extension Compression {
  /// The codec that an option names; nil where it was not given. Throws `UsageError`.
  init?(option: String, of call: Invocation) throws(UsageError) {
    guard let name = call.value(option) else { return nil }
    guard let compression = Compression(named: name) else {
      throw UsageError("--\(option) takes none, gzip, lz4, snappy or zstd, not '\(name)'")
    }
    self = compression
  }
}
