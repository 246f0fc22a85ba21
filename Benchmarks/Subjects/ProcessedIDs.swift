import Varve
import VarveQueues

extension Benchmark {
  static let processedIDs = Benchmark(
    "processed-ids", "ids of handled messages: on the disk, in memory, and looked up one by one"
  ) { bench in
    let count = bench.size(10_000_000, smoke: 2_000)
    return try await bench.inDirectory { directory in
      let subject = try await Subject(at: "\(directory)/varve")
      let marks = try await handle(count, subject)
      let disk = try await subject.varve.describeTopic(marks).partitions[0].sizeInBytes
      var ids: ProcessedMarks?
      let loading = try await timed {
        ids = try await ProcessedMarks(subject.varve, topic: marks, partition: 0)
      }
      guard let ids else { throw BenchmarkFailure("no marks were read") }
      let histogram = try lookUp(count, in: ids)
      bench.note(hash: UInt64(histogram.count))
      try await subject.varve.close()
      return [
        .figure("disk of \(count) ids", "MiB", Double(disk) / 1048576, atMost: 1024),
        .figure("memory of \(count) ids", "MiB", Double(ids.sizeInBytes) / 1048576),
        .figure("reading \(count) ids at the start", "s", loading.inSeconds),
        .figure(
          "lookup, 99th percentile", "µs", max(histogram.percentile(0.99), 1) / 1e3, atMost: 20),
      ]
    }
  }

  /// As long as a UUID in text.
  private static func id(_ number: Int) -> String {
    "018f2c4e-7a3b-7c1d-9e2f-" + String(100_000_000_000 + number)
  }

  /// Sends messages with ids and handles them. Returns the topic of their marks.
  private static func handle(_ count: Int, _ subject: Subject) async throws -> String {
    let producer = try subject.varve.producer()
    for number in 0..<count {
      try await producer.enqueue(
        Subject.topic, value: "x", headers: [Header(QueueHeaders.messageID, id(number))])
    }
    try await producer.close()
    var options = IdempotentHandler.Options()
    options.consumer.reading.batchBytes = 256 << 10
    options.marks = "marks"
    try await subject.varve.createTopic(
      "marks", config: [.cleanupPolicy(.compactAndDelete), .retentionForever])
    let handler = try subject.varve.idempotentHandler(
      "handler", group: "handlers", topic: Subject.topic, options: options)
    let running = Task { try await handler.run { _, _ in } }
    defer { running.cancel() }
    var reading = Consumer.Options()
    reading.isolation = .readCommitted
    let consumer = try await subject.varve.consumer(topics: ["marks"], options: reading)
    defer { consumer.close() }
    var seen = 0
    while seen < count, let batch = try await consumer.next() { seen += batch.count }
    return "marks"
  }

  /// Looks ids up, every other one of which is there.
  private static func lookUp(_ count: Int, in ids: ProcessedMarks) throws -> Histogram {
    var histogram = Histogram()
    var generator = SplitMix(seed: 20)
    for lookup in 0..<min(count, 1_000_000) {
      let number = Int(generator.next() % UInt64(count))
      let id = ByteSlice(id(lookup.isMultiple(of: 2) ? number : number + count).utf8)
      let start = nanoseconds()
      let isThere = ids.contains(IDHash(id))
      histogram.add(nanoseconds() - start)
      guard isThere == lookup.isMultiple(of: 2) else {
        throw BenchmarkFailure("id \(number) was not looked up rightly")
      }
    }
    return histogram
  }
}
