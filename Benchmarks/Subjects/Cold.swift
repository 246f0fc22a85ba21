import Varve
import VarveBase
import VarveBroker
import VarveLog

extension Benchmark {
  static let cold = Benchmark(
    "cold", "closed segments rewritten as gzip batches (zlib), and their replay"
  ) { bench in
    let pool = RecordPool.readings
    let batches = bench.size(1000, smoke: 12)
    let byteCount = batches * 1000 * pool.byteCount
    let segmentBytes = bench.size(16 << 20, smoke: 1 << 20)
    var share = 0.0
    let compression = try await bench.compare(
      "cold compression of readings as text, one thread", "MB/s", rounds: 3,
      of: [
        Bench.Contender("Varve") {
          try await withSubject(bench, segmentBytes) { subject, log in
            _ = try subject.append(pool, batches: batches, of: 1000)
            let before = log.sizeInBytes
            let duration = try timed { try compress(log) }
            share = Double(log.sizeInBytes) / Double(before)
            return Bench.Sample(byteCount, per: 1e6, in: duration, hash: UInt64(log.sizeInBytes))
          }
        }
      ])
    var replay = try await withSubject(bench, segmentBytes) { subject, log in
      _ = try subject.append(pool, batches: batches, of: 1000)
      try compress(log)
      return try await bench.compare(
        "replay of cold segments, in uncompressed bytes", "MB/s", rounds: 3,
        of: [
          Bench.Contender("Varve") {
            let sample = try await Benchmark.scan(subject, batches * 1000, verifies: true)
            return Bench.Sample(sample.figure * Double(pool.byteCount), hash: sample.hash)
          }
        ])
    }
    replay.goals = [.atLeast(150)]
    var measured = compression
    measured.notes = ["to \(Table.fixed(share * 100, 1)) % of the bytes on the disk"]
    return [measured, replay]
  }

  /// A log whose upkeep is left to the benchmark.
  private static func withSubject<Result>(
    _ bench: Bench, _ segmentBytes: Int, _ body: (Subject, PartitionLog) async throws -> Result
  ) async throws -> Result {
    try await bench.inDirectory { directory in
      var options = Broker.Options()
      options.runsMaintenance = false
      let time = SystemTime()
      let broker = try Broker.open(directory, on: LocalFileSystem(), time: time, options: options)
      let subject = try await Subject(
        Varve(LocalCluster(broker, time: time)), at: directory,
        config: [
          .segmentBytes(segmentBytes), .coldCompression,
          TopicConfig("varve.cold.compression.after.ms", "0"),
        ])
      let id = TopicPartition(topic: try TopicName(Subject.topic), partition: 0)
      let result = try await body(subject, try broker.partition(id).log)
      try await subject.varve.close()
      return result
    }
  }

  private static func compress(_ log: PartitionLog) throws {
    let compressor = ColdCompressor(log)
    while try compressor.step() {}
  }
}

extension RecordPool {
  /// Lines of a weather station, of 100 bytes: what cold compression is for.
  static var readings: RecordPool {
    var generator = SplitMix(seed: 1867)
    var bytes: [UInt8] = []
    for index in 0..<count {
      let number = generator.next()
      let line =
        "{\"station\":\"KSEA\",\"minute\":\(100_000 + index),\"celsius\":\(number % 300),"
        + "\"hectopascal\":\(980 + number / 300 % 60),\"wind\":\(number / 20_000 % 20),"
        + "\"status\":\"ok\"}"
      let padding = [UInt8](repeating: UInt8(ascii: " "), count: 120)
      bytes += (Array(line.utf8) + padding).prefix(100)
    }
    return RecordPool(byteCount: 100, bytes: bytes)
  }
}
