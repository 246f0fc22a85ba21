import Dispatch
import Synchronization
import Varve
import VarveBase

/// What is written, and how.
struct BenchWorkload: Sendable {
  static let topic = "bench"

  let records: Int
  let recordBytes: Int
  let batchBytes: Int
  let partitions: Int32
  let threads: Int
  let durability: TopicConfig.Acknowledgement
  let compression: Compression

  init(_ call: Invocation, recordCount: Int) throws(UsageError) {
    records = try call.number("records", in: 1...Int.max) ?? recordCount
    recordBytes = try call.number("record-bytes", in: 1...900_000) ?? 100
    batchBytes = try call.number("batch-bytes", in: 1024...1_000_000) ?? 64 << 10
    partitions = try call.number("partitions", in: 1...10_000) ?? 1
    let limit = Int(partitions)
    threads = try call.number("threads", in: 1...limit) ?? min(limit, 64)
    let level = call.value("durability") ?? "buffered"
    guard let durability = TopicConfig.Acknowledgement(rawValue: level) else {
      throw UsageError("--durability takes buffered, interval or group, not '\(level)'")
    }
    self.durability = durability
    compression = try Compression(option: "compression", of: call) ?? .none
  }

  /// The partitions that a thread works on: every `threads`-th.
  func partitions(of thread: Int) -> [Int32] {
    Array(stride(from: Int32(thread), to: partitions, by: threads))
  }

  /// The records of a partition; the first ones have one more where it does not come out even.
  func records(of partition: Int32) -> Int {
    records / Int(partitions) + (Int(partition) < records % Int(partitions) ? 1 : 0)
  }

  /// Text that compresses about as log lines do.
  var value: [UInt8] {
    let line = Array("2026-11-24T09:15:00Z seattle temperature=39.4 humidity=81 wind=7.2 ".utf8)
    return (0..<recordBytes).map { line[$0 % line.count] }
  }

  /// Runs `body` once for each thread and returns the nanoseconds that all of them took. Throws the
  /// first failure.
  func onThreads(_ body: @Sendable (_ thread: Int) throws -> Void) throws -> UInt64 {
    let failure = Mutex<(any Error)?>(nil)
    let time = SystemTime()
    let start = time.monotonicNanoseconds
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      do { try body(thread) } catch { failure.withLock { $0 = $0 ?? error } }
    }
    let nanoseconds = time.monotonicNanoseconds - start
    if let failure = failure.withLock({ $0 }) { throw failure }
    return max(1, nanoseconds)
  }
}

/// What was measured.
struct BenchResult {
  let name: String
  let records: Int
  let bytes: Int
  let nanoseconds: UInt64
  /// Nanoseconds that single records took, from the least to the most; empty where that was not
  /// measured.
  var latencies: [UInt64] = []

  private static let shares: KeyValuePairs<String, Double> = [
    "p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1,
  ]

  private var seconds: Double { Double(nanoseconds) / 1e9 }
  private var recordsPerSecond: Double { Double(records) / seconds }
  private var bytesPerSecond: Double { Double(bytes) / seconds }

  private func latency(_ share: Double) -> UInt64 {
    latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
  }

  var text: String {
    var table = Table("BENCH", ">RECORDS", ">SECONDS", ">RECORDS/S", ">MB/S")
    table.add(
      name, String(records), decimal(seconds, 3), String(Int(recordsPerSecond)),
      decimal(bytesPerSecond / 1e6, 1))
    guard !latencies.isEmpty else { return table.text }
    var times = Table("LATENCY", ">MICROSECONDS")
    for (name, share) in Self.shares { times.add(name, decimal(Double(latency(share)) / 1000, 1)) }
    return table.text + "\n" + times.text
  }

  func json(_ workload: BenchWorkload) -> JSON {
    let times: [JSON] =
      latencies.isEmpty
      ? []
      : Self.shares.map {
        .object(["share": .number($0.value), "nanoseconds": .integer(latency($0.value))])
      }
    return .object([
      "bench": .string(name), "records": .integer(records),
      "recordBytes": .integer(workload.recordBytes), "batchBytes": .integer(workload.batchBytes),
      "partitions": .integer(workload.partitions), "threads": .integer(workload.threads),
      "durability": .string(workload.durability.rawValue),
      "compression": .string(workload.compression.name), "seconds": .number(seconds),
      "recordsPerSecond": .number(recordsPerSecond), "bytesPerSecond": .number(bytesPerSecond),
      "latency": .array(times),
    ])
  }
}

/// A number with some digits behind the point.
func decimal(_ value: Double, _ digits: Int) -> String {
  var unit = 1
  for _ in 0..<digits { unit *= 10 }
  let scaled = Int((value * Double(unit)).rounded())
  let fraction = String(scaled % unit)
  return "\(scaled / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
}
