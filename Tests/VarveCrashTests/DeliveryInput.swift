import Varve
import VarveBase
import VarveTestKit

/// What goes through a program that delivers: numbers, each once, in batches over the partitions of
/// topic `in`.
struct DeliveryInput {
  static let partitions: Int32 = 3
  static let batchesPerLife = 12
  /// In records.
  static let largestBatch = 4

  /// What went in, by partition.
  private(set) var numbers = [[UInt64]](repeating: [], count: Int(partitions))
  private var next: UInt64 = 0

  /// What committed readers of `out` see in the end.
  var wanted: [[String]] { numbers.map { $0.map { "done \($0)" } } }

  /// Puts in as many batches as a program may begin before it is killed; the last time, what tells
  /// it to end too. No other program may have the directory open.
  mutating func grow(
    in directory: String, isLast: Bool, _ random: inout SeededGenerator
  ) async throws {
    let varve = try await Varve.open(directory)
    if numbers.allSatisfy(\.isEmpty) {
      for topic in ["in", "out"] {
        try await varve.createTopic(topic, partitions: Self.partitions)
      }
    }
    _ = try await varve.describeTopic("in")
    for batch in 0..<Self.batchesPerLife {
      let partition = Int32(batch) % Self.partitions
      let count = UInt64.random(in: 1...UInt64(Self.largestBatch), using: &random)
      let batch = Array(next..<next + count)
      next += count
      numbers[Int(partition)] += batch
      try Self.append(batch.map { "\($0)" }, to: partition, varve)
    }
    if isLast {
      for partition in 0..<Self.partitions { try Self.append(["end"], to: partition, varve) }
    }
    try await varve.close()
  }

  private static func append(
    _ values: [String], to partition: Int32, _ varve: Varve
  ) throws(VarveError) {
    var writer = try varve.writer("in", partition: partition)
    for value in values {
      let bytes = Array(value.utf8)
      try writer.append(value: bytes.span.bytes)
    }
    try writer.commit()
  }

  /// Topic `out`, by partition, as readers of committed records see it.
  struct Output {
    var values: [[String]] = []
    var stableOffsets: [Offset] = []
    var endOffsets: [Offset] = []
  }

  /// Reads the log below `directory`.
  func output(in directory: String) async throws -> Output {
    let varve = try await Varve.openReadOnly(directory + "/log")
    var output = Output()
    for partition in 0..<Self.partitions {
      var reader = try await varve.reader("out", partition: partition, isolation: .readCommitted)
      var values: [String] = []
      while let batch = try reader.next() { values += batch.map { $0.text ?? "null" } }
      output.values.append(values)
      output.stableOffsets.append(
        try await varve.latestOffset(of: "out", partition: partition, isolation: .readCommitted))
      output.endOffsets.append(try await varve.latestOffset(of: "out", partition: partition))
    }
    try await varve.close()
    return output
  }
}
