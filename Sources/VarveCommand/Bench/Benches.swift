import Synchronization
import Varve
import VarveBase

/// Writes batches on all threads.
struct AppendBench: Bench {
  func run(_ varve: Varve, _ workload: BenchWorkload) throws -> BenchResult {
    let nanoseconds = try Self.fill(varve, workload)
    return BenchResult(
      name: "append", records: workload.records, bytes: workload.records * workload.recordBytes,
      nanoseconds: nanoseconds)
  }

  /// Writes all records and returns the nanoseconds that it took.
  static func fill(_ varve: Varve, _ workload: BenchWorkload) throws -> UInt64 {
    let value = workload.value
    return try workload.onThreads { thread in
      for partition in workload.partitions(of: thread) {
        var writer = try varve.writer(
          BenchWorkload.topic, partition: partition, compression: workload.compression,
          batchBytes: workload.batchBytes)
        for _ in 0..<workload.records(of: partition) {
          try writer.append(value: value.span.bytes)
        }
        try writer.commit()
      }
    }
  }
}

/// Reads all that was written, each record, with its checksum.
struct ReplayBench: Bench {
  func run(_ varve: Varve, _ workload: BenchWorkload) async throws -> BenchResult {
    _ = try AppendBench.fill(varve, workload)
    var readers: [BatchReader] = []
    for partition in 0..<workload.partitions {
      readers.append(try await varve.reader(BenchWorkload.topic, partition: partition))
    }
    let all = readers
    let bytes = Mutex(0)
    let nanoseconds = try workload.onThreads { thread in
      var sum = 0
      for partition in workload.partitions(of: thread) {
        var reader = all[Int(partition)]
        while let batch = try reader.next() {
          batch.forEachRecord { sum += $0.value?.byteCount ?? 0 }
        }
      }
      bytes.withLock { $0 += sum }
    }
    return BenchResult(
      name: "replay", records: workload.records, bytes: bytes.withLock { $0 },
      nanoseconds: nanoseconds)
  }
}

/// Writes one record after the other on each thread, and notes how long each took.
struct LatencyBench: Bench {
  var recordCount: Int { 20_000 }

  func run(_ varve: Varve, _ workload: BenchWorkload) throws -> BenchResult {
    let value = workload.value
    let all = Mutex<[UInt64]>([])
    let nanoseconds = try workload.onThreads { thread in
      var times: [UInt64] = []
      for partition in workload.partitions(of: thread) {
        var writer = try varve.writer(
          BenchWorkload.topic, partition: partition, compression: workload.compression)
        try Self.write(workload.records(of: partition), value, &writer, &times)
      }
      all.withLock { $0 += times }
    }
    return BenchResult(
      name: "latency", records: workload.records, bytes: workload.records * workload.recordBytes,
      nanoseconds: nanoseconds, latencies: all.withLock { $0 }.sorted())
  }

  private static func write(
    _ count: Int, _ value: [UInt8], _ writer: inout PartitionWriter, _ times: inout [UInt64]
  ) throws {
    let time = SystemTime()
    for _ in 0..<count {
      let start = time.monotonicNanoseconds
      try writer.append(value: value.span.bytes)
      try writer.commit()
      times.append(time.monotonicNanoseconds - start)
    }
  }
}
