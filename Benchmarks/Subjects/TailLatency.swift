import Synchronization
import Varve
import VarveBase

extension Benchmark {
  /// Rounds are short and many, and the median round is what counts: on two cores both threads
  /// spin, and whatever else the machine does stops one of them for milliseconds, which is a share
  /// of 1 % of a long round.
  static let tailLatency = Benchmark(
    "tail-latency", "40-byte messages, 100,000 a second, from a thread to one that polls"
  ) { bench in
    let count = Arrivals.warmUp + bench.size(20_000, smoke: 500)
    let rounds = Mutex<[String: [Histogram]]>([:])
    func sample(_ name: String, _ histogram: Histogram) -> Bench.Sample {
      rounds.withLock { $0[name, default: []].append(histogram) }
      return Bench.Sample(histogram.percentile(0.99) / 1e3, hash: UInt64(histogram.count))
    }
    var delays = try await bench.inDirectory { directory in
      let subject = try await Subject(at: directory)
      let log = Bench.Contender("Varve") {
        try await warmUp(bench)
        let reader = try await subject.varve.reader(Subject.topic, partition: 0, from: .latest)
        return sample("Varve", try latencies(of: subject.writer(), reader, count))
      }
      let ring = Bench.Contender("ring") {
        // What the kernel still does about the memory then disturbs both alike.
        try await warmUp(bench)
        return sample("ring", try latencies(ofRing: count))
      }
      let comparison = try await bench.compare(
        "writer to reader, 99th percentile", "µs", .lowerIsBetter, rounds: 41, of: [log, ring])
      try await subject.varve.close()
      return comparison
    }
    delays.goals = [.atMost(budget)]
    let (log, ring) = rounds.withLock { ($0["Varve"] ?? [], $0["ring"] ?? []) }
    delays.notes = [
      "the median of \(log.count) rounds; all of them:", "Varve: \(summary(of: log))",
      "ring: \(summary(of: ring))",
    ]
    return [delays, ownShare(of: log, beyond: ring)]
  }

  private static let budget = 5.0

  /// Takes memory from the host as a log does and lets it go just before a round. Pages that were
  /// free for some seconds are the host's again: the next append to touch one of them waits 2 to
  /// 20 ms, and the messages that it is late by all come at once.
  private static func warmUp(_ bench: Bench) async throws {
    let byteCount = bench.size(128 << 20, smoke: 1 << 20)
    try await bench.inDirectory { directory in
      let file = try LocalFileSystem().open("\(directory)/warm", .create)
      try file.allocate(to: byteCount)
      let mapping = try file.map(byteCount, writable: true)
      mapping.advise(.large, 0..<byteCount)
      for page in stride(from: 0, to: byteCount, by: 4096) { mapping.store(1 as UInt8, at: page) }
    }
  }

  /// A budget for the 99th percentile is one for the share that is later. Of what the machine makes
  /// late by stopping one of the threads, the ring has as much.
  private static func ownShare(of log: [Histogram], beyond ring: [Histogram]) -> Comparison {
    let limit = UInt64(budget * 1e3)
    let shares = zip(log, ring).map { log, ring in
      (log.share(over: limit) - ring.share(over: limit)) * 100
    }
    var comparison = Comparison.figure(
      "messages later than \(Table.number(budget)) µs, beyond the ring's", "%",
      Comparison.median(shares), atMost: 1)
    let lines = Histogram(all: log).lines
    comparison.notes =
      ["Varve, all rounds:"] + lines + [
        "ring: numbers handed over through memory alone, at the same pace by threads like these"
      ]
    return comparison
  }

  private static func summary(of rounds: [Histogram]) -> String {
    let histogram = Histogram(all: rounds)
    let percentiles = [("50 %", 0.5), ("99 %", 0.99), ("99.9 %", 0.999)].map { name, share in
      "\(name) \(Table.number(histogram.percentile(share) / 1e3)) µs"
    }
    let longest = Table.number(Double(histogram.longest) / 1e3)
    let late = Table.number(histogram.share(over: UInt64(budget * 1e3)) * 100)
    return "\(percentiles.joined(separator: ", ")), longest \(longest) µs, late \(late) %"
  }

  private static let interval: UInt64 = 10_000

  /// Sends the time of sending, and compares it with the clock on arrival.
  private static func latencies(
    of writer: consuming PartitionWriter, _ reader: BatchReader, _ count: Int
  ) throws -> Histogram {
    let outcome = Mutex(Histogram())
    let failure = Mutex<(any Error)?>(nil)
    let thread = try JoinableThread {
      do {
        let histogram = try received(by: reader, count, failure)
        outcome.withLock { $0 = histogram }
      } catch { failure.withLock { $0 = error } }
    }
    do {
      var value = [UInt64](repeating: 0, count: 5)
      try paced(count) { now in
        value[0] = now
        try writer.append(value: value.span.bytes)
        try writer.commit()
      }
    } catch { failure.withLock { $0 = error } }
    thread.join()
    if let failure = failure.withLock({ $0 }) { throw failure }
    return outcome.withLock { $0 }
  }

  private static func received(
    by reader: BatchReader, _ count: Int, _ failure: borrowing Mutex<(any Error)?>
  ) throws -> Histogram {
    var reader = reader
    var arrivals = Arrivals()
    while arrivals.count < count {
      guard let batch = try reader.next() else {
        if failure.withLock({ $0 != nil }) { break }
        continue
      }
      batch.forEachRecord { record in
        arrivals.add(sent: record.value?.firstWord ?? 0)
      }
    }
    return arrivals.histogram
  }

  /// Delays of what arrives once a round has got going: a new thread shares its starter's core for
  /// a while.
  private struct Arrivals {
    static let warmUp = 5_000
    private(set) var count = 0
    private(set) var histogram = Histogram()

    mutating func add(sent: UInt64) {
      let delay = nanoseconds() &- sent
      count += 1
      if count > Self.warmUp { histogram.add(delay) }
    }
  }

  /// What two threads take to hand over numbers. As with a log, nobody waits for the reader: what
  /// comes while it is stopped is late too.
  private static func latencies(ofRing count: Int) throws -> Histogram {
    let ring = Ring(count)
    let outcome = Mutex(Histogram())
    let thread = try JoinableThread {
      var arrivals = Arrivals()
      while arrivals.count < count {
        let end = ring.end.load(ordering: .acquiring)
        while arrivals.count < end { arrivals.add(sent: ring[arrivals.count]) }
      }
      outcome.withLock { $0 = arrivals.histogram }
    }
    paced(count) { ring.append($0) }
    thread.join()
    return outcome.withLock { $0 }
  }

  /// Numbers in memory that was touched before: one thread appends, another one reads to the end.
  private final class Ring: @unchecked Sendable {
    // Safety: a slot is read only once `end` has passed it, and never written again.
    private let slots: UnsafeMutableBufferPointer<UInt64>
    let end = Atomic(0)

    init(_ count: Int) {
      slots = .allocate(capacity: count)
      slots.initialize(repeating: 0)
    }

    deinit { slots.deallocate() }

    subscript(index: Int) -> UInt64 { slots[index] }

    func append(_ number: UInt64) {
      let index = end.load(ordering: .relaxed)
      slots[index] = number
      end.store(index + 1, ordering: .releasing)
    }
  }

  /// Calls `body` at a steady rate with the time. What falls behind is caught up with, and the
  /// time is that of the call: a pause of the writer is not the log's.
  private static func paced(_ count: Int, _ body: (UInt64) throws -> Void) rethrows {
    let start = nanoseconds()
    for number in 0..<UInt64(count) {
      var now = nanoseconds()
      while now < start + number * interval { now = nanoseconds() }
      try body(now)
    }
  }
}
