import Foundation
import Varve
import VarveTestKit

/// Goes through topic `in` with one of the delivery guarantees until it has seen "end" in every
/// partition, for `DeliveryKillTests` to kill before that.
///
/// It says "batch" when it begins one. Effectively once, the outcome of a record goes to topic
/// `out`; otherwise to a file of lines, which no crash takes back.
struct DeliveringWriter {
  private struct End: Error {}

  let guarantee: DeliveryGuarantee
  private let effects: FileHandle
  private var ended: Set<Int32> = []

  init(_ guarantee: DeliveryGuarantee, effects path: String) throws {
    self.guarantee = guarantee
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    effects = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  mutating func run(in directory: String) async throws {
    var options = Varve.Options()
    // So that little has to be loaded in each life.
    options.serverConfig = [
      "offsets.topic.num.partitions": "1", "transaction.state.log.num.partitions": "1",
    ]
    let varve = try await Varve.open(directory, options: options)
    let partitions = try await varve.describeTopic("in").topic.partitions.count
    do {
      if guarantee == .effectivelyOnce {
        try await process(varve, partitions)
      } else {
        try await consume(varve, partitions)
      }
    } catch is End {}
    try await varve.close()
  }

  /// One batch of the log at a time, so that "end", which is one, comes alone.
  private var options: GroupConsumer.Options {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    options.commit = guarantee == .atMostOnce ? .beforeProcessing : .afterProcessing
    return options
  }

  private mutating func consume(_ varve: Varve, _ partitions: Int) async throws {
    let consumer = try await varve.consumer(group: "group", topics: ["in"], options: options)
    for try await batch in consumer.batches {
      for text in try begin(batch, partitions) { effects.write(Data("\(text)\n".utf8)) }
    }
  }

  private mutating func process(_ varve: Varve, _ partitions: Int) async throws {
    try await varve.transactions("program").process(
      group: "group", topics: ["in"], options: options
    ) { batch, output in
      for text in try begin(batch, partitions) {
        try await output.send("out", partition: batch.partition, value: "done \(text)")
      }
    }
  }

  /// The texts of a batch. Throws at the last of the ends.
  private mutating func begin(_ batch: ConsumedBatch, _ partitions: Int) throws -> [String] {
    FileHandle.standardOutput.write(Data("batch\n".utf8))
    let texts = batch.map { $0.text ?? "" }
    guard texts == ["end"] else { return texts }
    ended.insert(batch.partition)
    if ended.count == partitions { throw End() }
    return []
  }
}
