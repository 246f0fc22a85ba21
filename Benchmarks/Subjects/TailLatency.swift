import Glibc
import Synchronization
import Varve

extension Benchmark {
  static let tailLatency = Benchmark(
    "tail-latency", "40-byte messages, 100,000 a second, from a thread to one that polls"
  ) { bench in
    let count = bench.size(400_000, smoke: 500)
    var histograms: [String: [Histogram]] = [:]
    let log = Bench.Contender("Varve") {
      try await bench.inDirectory { directory in
        let subject = try await Subject(at: directory)
        let reader = try await subject.varve.reader(Subject.topic, partition: 0)
        let histogram = try latencies(of: subject.writer(), reader, count)
        histograms["Varve", default: []].append(histogram)
        try await subject.varve.close()
        return Bench.Sample(histogram.percentile(0.99) / 1e3, hash: UInt64(histogram.count))
      }
    }
    let atomic = Bench.Contender("atomic") {
      let histogram = try latencies(ofAtomic: count)
      histograms["atomic", default: []].append(histogram)
      return Bench.Sample(histogram.percentile(0.99) / 1e3, hash: UInt64(histogram.count))
    }
    var comparison = try await bench.compare(
      "writer to reader, 99th percentile", "µs", .lowerIsBetter, rounds: 3, of: [log, atomic])
    comparison.goals = [.atMost(5)]
    for contender in ["Varve", "atomic"] {
      guard let best = histograms[contender]?.min(by: { $0.percentile(0.99) < $1.percentile(0.99) })
      else { continue }
      let percentiles = [("50 %", 0.5), ("99 %", 0.99), ("99.9 %", 0.999)].map { name, share in
        "\(name) \(Table.number(best.percentile(share) / 1e3)) µs"
      }
      comparison.notes.append(
        "\(contender), calmest round: \(percentiles.joined(separator: ", ")), longest "
          + "\(Table.number(Double(best.longest) / 1e3)) µs")
      if contender == "Varve" { comparison.notes += best.lines }
    }
    comparison.notes.append(
      "atomic: a number handed over by one store, what the machine itself takes")
    return [comparison]
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
    var histogram = Histogram()
    while histogram.count < count {
      guard let batch = try reader.next() else {
        if failure.withLock({ $0 != nil }) { break }
        continue
      }
      batch.forEachRecord { record in
        histogram.add(nanoseconds() &- (record.value?.firstWord ?? 0))
      }
    }
    return histogram
  }

  /// What two threads take to hand over a number.
  private static func latencies(ofAtomic count: Int) throws -> Histogram {
    let slot = AtomicSlot()
    let outcome = Mutex(Histogram())
    let thread = try JoinableThread {
      var histogram = Histogram()
      var last: UInt64 = 0
      while last != .max {
        let value = slot.value.load(ordering: .acquiring)
        if value == last { continue }
        last = value
        if value != .max { histogram.add(nanoseconds() &- value) }
        slot.taken.store(value, ordering: .releasing)
      }
      outcome.withLock { $0 = histogram }
    }
    paced(count) { slot.hand(over: $0) }
    slot.hand(over: .max)
    thread.join()
    return outcome.withLock { $0 }
  }

  private final class AtomicSlot: Sendable {
    let value = Atomic<UInt64>(0)
    let taken = Atomic<UInt64>(0)

    /// Every number is taken, also where the two threads share a core.
    func hand(over number: UInt64) {
      while taken.load(ordering: .acquiring) != value.load(ordering: .relaxed) { sched_yield() }
      value.store(number, ordering: .releasing)
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
