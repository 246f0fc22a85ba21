import Varve

/// The program that `varve bench guarantees` kills: it sends what is in topic `in` on to topic
/// `out`, until it has seen the end of every partition.
///
/// It runs as a process of its own, as a command that no help lists.
struct GuaranteeWorker {
  private struct End: Error {}

  static let command = Command(
    name: "bench guarantees-worker", summary: "Be the program that 'bench guarantees' kills",
    arguments: [.init(name: "GUARANTEE", help: "what it promises")], options: [.directory],
    run: { call in
      guard let guarantee = Guarantee(rawValue: call["GUARANTEE"]) else {
        throw UsageError("there is no guarantee '\(call["GUARANTEE"])'")
      }
      // Without a logger: that a kill left a torn tail is no news here.
      let varve = try await Varve.open(try call.directory())
      var worker = GuaranteeWorker(varve, guarantee, call.output)
      do { try await worker.run() } catch is End {}
      try await varve.close()
    })

  private let varve: Varve
  private let guarantee: Guarantee
  /// Gets a line when a batch is begun, so that a kill can come in the midst of one.
  private let output: StandardOutput
  private var ended: Set<Int32> = []

  private init(_ varve: Varve, _ guarantee: Guarantee, _ output: StandardOutput) {
    self.varve = varve
    self.guarantee = guarantee
    self.output = output
  }

  /// One batch of the log at a time: what says that a partition has ended is one of its own.
  private var options: GroupConsumer.Options {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    options.commit = guarantee == .atMostOnce ? .beforeProcessing : .afterProcessing
    return options
  }

  private mutating func run() async throws {
    let partitions = try await varve.describeTopic("in").topic.partitions.count
    if guarantee == .effectivelyOnce {
      try await varve.transactions("program").process(
        group: "group", topics: ["in"], options: options
      ) { batch, transaction in
        for record in try begin(batch, of: partitions) {
          try await transaction.send("out", partition: batch.partition, value: record.value)
        }
      }
    } else {
      try await consume(partitions)
    }
  }

  private mutating func consume(_ partitions: Int) async throws {
    let producer = try varve.producer()
    let consumer = try await varve.consumer(group: "group", topics: ["in"], options: options)
    for try await batch in consumer.batches {
      for record in try begin(batch, of: partitions) {
        try await producer.enqueue("out", partition: batch.partition, value: record.value)
      }
      try await producer.flush()
    }
  }

  /// The records of a batch to send on. Throws at the last of the ends.
  private mutating func begin(_ batch: ConsumedBatch, of partitions: Int) throws -> [Record] {
    try output.write("batch\n")
    try output.flush()
    let records = Array(batch)
    guard records.count == 1, records[0].text == GuaranteeLog.end else { return records }
    ended.insert(batch.partition)
    if ended.count == partitions { throw End() }
    return []
  }
}
