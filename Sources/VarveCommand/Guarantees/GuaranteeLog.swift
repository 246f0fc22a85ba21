import Varve
import VarveBase

/// The directory that a worker of `varve bench guarantees` goes through: numbered records in topic
/// `in`, and what became of them in topic `out`. Nothing has it open between two calls.
struct GuaranteeLog {
  /// What the last record of a partition says.
  static let end = "end"

  let directory: String
  let workload: GuaranteeWorkload

  /// Makes the directory with all records, in batches that go to the partitions in turn.
  func fill() async throws {
    try await opened { varve in
      for topic in ["in", "out"] {
        try await varve.createTopic(
          topic, partitions: workload.partitions, config: [.retentionForever])
      }
      _ = try await varve.describeTopic("in")
      for batch in 0..<workload.batches {
        let first = batch * workload.batchRecords
        let numbers = first..<min(first + workload.batchRecords, workload.records)
        let partition = Int32(batch % Int(workload.partitions))
        try append(numbers.map { "\($0)" }, to: partition, varve)
      }
    }
  }

  /// Tells the worker that nothing more comes.
  func finish() async throws {
    try await opened { varve in
      _ = try await varve.describeTopic("in")
      for partition in 0..<workload.partitions { try append([Self.end], to: partition, varve) }
    }
  }

  private func append(_ values: [String], to partition: Int32, _ varve: Varve) throws {
    // More than the batch has, so that all of it is one.
    var writer = try varve.writer("in", partition: partition, batchBytes: 1_000_000)
    for value in values {
      let bytes = Array(value.utf8)
      try writer.append(value: bytes.span.bytes)
    }
    try writer.commit()
  }

  /// How many records never came out, and how often one came out again.
  func count() async throws -> (lost: Int, duplicates: Int) {
    var times = [Int](repeating: 0, count: workload.records)
    try await opened { varve in
      for partition in 0..<workload.partitions {
        var reader = try await varve.reader("out", partition: partition, isolation: .readCommitted)
        while let batch = try reader.next() {
          for record in batch {
            guard let number = record.text.flatMap({ Int($0) }), times.indices.contains(number)
            else { throw CommandError("out-\(partition) has a record that was never in") }
            times[number] += 1
          }
        }
      }
    }
    return (times.count { $0 == 0 }, times.reduce(0) { $0 + max(0, $1 - 1) })
  }

  private func opened(_ body: (Varve) async throws -> Void) async throws {
    let varve = try await Varve.open(directory)
    try await body(varve)
    try await varve.close()
  }
}
