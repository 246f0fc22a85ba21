import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Compaction of logs with idempotent and transactional producers.
@Suite struct CompactionTransactionTests {
  private let key = ByteSlice("key".utf8)

  private func data(
    _ producer: Int64, _ sequence: Int32, _ keys: [String], _ value: String = "v",
    transactional: Bool = true, time: Timestamp
  ) throws -> RecordBatchBuilder {
    var builder = RecordBatchBuilder(
      producerID: producer, producerEpoch: 0, baseSequence: sequence,
      isTransactional: transactional)
    for key in keys {
      try builder.append(
        timestamp: time, key: ByteSlice(key.utf8), value: ByteSlice(value.utf8))
    }
    return builder
  }

  private func marker(
    _ producer: Int64, commits: Bool, time: Timestamp
  ) throws -> RecordBatchBuilder {
    var builder = RecordBatchBuilder(
      producerID: producer, producerEpoch: 0, isTransactional: true, isControl: true)
    try builder.appendMarker(commits: commits, coordinatorEpoch: 0, timestamp: time)
    return builder
  }

  /// Fills segments, so that what came before lies in closed ones.
  private func fill(_ subject: CompactedLog) throws {
    let roll = subject.log.segments.count + 1
    var count = 0
    while subject.log.segments.count < roll {
      var builder = RecordBatchBuilder()
      let key = ByteSlice("fill-\(subject.log.endOffset)-\(count)".utf8)
      try builder.append(
        timestamp: subject.time.now, key: key, value: ByteSlice([UInt8](repeating: 1, count: 200)))
      try subject.append(builder)
      count += 1
    }
  }

  private func keys(_ log: PartitionLog) throws -> [String] {
    try LogContents.records(log).filter { !$0.isControl }.compactMap { $0.key?.description }
      .filter { !$0.hasPrefix("fill") }
  }

  private func markers(_ log: PartitionLog) throws -> Int {
    try LogContents.records(log).filter(\.isControl).count
  }

  private func committed(_ log: PartitionLog) throws -> [StoredRecord] {
    let slice = try log.read(
      from: log.startOffset, maxBytes: 1 << 20, isolation: .readCommitted)
    var left = slice.aborted
    var found: [StoredRecord] = []
    for batch in try LogContents.batches(log) where batch.header.baseOffset < slice.lastStableOffset
    {
      let header = batch.header
      let isAborted = left.contains {
        $0.producerID == header.producerID && header.attributes.isTransactional
          && $0.firstOffset <= header.lastOffset && header.lastOffset < $0.lastOffset
      }
      if header.attributes.isControl { left.removeAll { $0.lastOffset == header.lastOffset } }
      if !isAborted && !header.attributes.isControl {
        found += try LogContents.records(of: batch.bytes, header)
      }
    }
    return found
  }

  @Test("G06: aborted records go, their marker stays until its delay after the data is gone")
  func abortedTransaction() throws {
    let subject = try CompactedLog()
    let time = subject.time
    try subject.append(data(1, 0, ["a"], "old", transactional: false, time: time.now))
    try subject.append(data(2, 0, ["a", "b"], "aborted", time: time.now))
    try subject.append(marker(2, commits: false, time: time.now))
    // The producer goes on, so that nothing of this transaction has to stay for its sequence.
    try subject.append(data(2, 2, ["c"], "committed", time: time.now))
    try subject.append(marker(2, commits: true, time: time.now))
    try fill(subject)
    for (run, expected) in [(1, 2), (2, 2), (3, 1)] {
      while try subject.compactor.step() {}
      #expect(try keys(subject.log) == ["a", "c"], "run \(run)")
      #expect(
        try committed(subject.log).filter { $0.key?.description == "a" }.map(\.value?.description)
          == ["old"])
      // Run 1 removes the data, run 2 sets the delay, run 3 comes after it.
      #expect(try markers(subject.log) == expected, "run \(run)")
      time.advance(byMilliseconds: 1001)
      try fill(subject)
      try subject.reopen(cleanly: run % 2 == 0)
    }
  }

  @Test func `a committed marker stays while there is data of its transaction`() throws {
    let subject = try CompactedLog()
    let time = subject.time
    try subject.append(data(1, 0, ["a", "b"], time: time.now))
    try subject.append(marker(1, commits: true, time: time.now))
    try subject.append(data(1, 2, ["a"], time: time.now))
    try subject.append(marker(1, commits: true, time: time.now))
    try fill(subject)
    for _ in 0..<4 {
      while try subject.compactor.step() {}
      #expect(try keys(subject.log) == ["b", "a"])
      #expect(try markers(subject.log) == 2)
      time.advance(byMilliseconds: 1001)
      try fill(subject)
    }
    try subject.append(data(1, 3, ["b"], time: time.now))
    try subject.append(marker(1, commits: true, time: time.now))
    for _ in 0..<4 {
      try fill(subject)
      while try subject.compactor.step() {}
      time.advance(byMilliseconds: 1001)
    }
    #expect(try keys(subject.log) == ["a", "b"])
    #expect(try markers(subject.log) == 2)
  }

  @Test func `nothing is taken from an open transaction, nor by it`() throws {
    let subject = try CompactedLog()
    let time = subject.time
    try subject.append(data(1, 0, ["a"], "old", transactional: false, time: time.now))
    try fill(subject)
    try subject.append(data(2, 0, ["a"], "undecided", time: time.now))
    try fill(subject)
    try fill(subject)
    while try subject.compactor.step() {}
    #expect(try keys(subject.log) == ["a", "a"])
    let undecided = try #require(
      subject.model.records.first { $0.value?.description == "undecided" })
    #expect(subject.compactor.cleanedUpTo <= undecided.offset)
    try subject.append(marker(2, commits: false, time: time.now))
    try fill(subject)
    while try subject.compactor.step() {}
    #expect(
      try committed(subject.log).filter { $0.key?.description == "a" }.map(\.value?.description)
        == ["old"])
  }

  @Test("G06: a producer's last sequence number survives that all of its records went")
  func lastSequence() throws {
    let subject = try CompactedLog()
    let time = subject.time
    try subject.append(data(7, 0, ["a", "b"], transactional: false, time: time.now))
    try subject.append(data(8, 0, ["a", "b"], transactional: false, time: time.now))
    try subject.append(data(8, 2, ["a", "b"], transactional: false, time: time.now))
    try fill(subject)
    while try subject.compactor.step() {}
    #expect(try keys(subject.log) == ["a", "b"])
    let batches = try LogContents.batches(subject.log)
    #expect(
      batches.filter { $0.header.producerID == 7 }.map(\.header.recordCount) == [0])
    #expect(batches.filter { $0.header.producerID == 8 }.map(\.header.baseOffset) == [4])
    // A recovery that has nothing but the batches.
    for name in try subject.disk.contents(ofDirectory: subject.directory)
    where name.hasSuffix(".snapshot") {
      try subject.disk.remove(subject.directory + "/" + name)
    }
    let log = try LogContents.open(
      subject.directory, on: subject.disk, time: time, configuration: subject.configuration)
    let again = try data(7, 0, ["a", "b"], transactional: false, time: time.now).finished()
    #expect(try append(again, to: log).isDuplicate)
    let gap = try data(7, 3, ["a"], transactional: false, time: time.now).finished()
    let error = #expect(throws: LogError.self) { try append(gap, to: log) }
    #expect(error?.code == .outOfOrderSequence)
    let next = try data(7, 2, ["a"], transactional: false, time: time.now).finished()
    #expect(try !append(next, to: log).isDuplicate)
  }

  @discardableResult
  private func append(_ batch: ByteSlice, to log: PartitionLog) throws -> AppendResult {
    try log.append(batch.bytes)
  }

  @Test(
    "G06: what readers of committed records see of each key last is what they saw before",
    arguments: TestShare.seeds(10, long: 300))
  func committedView(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let subject = try CompactedLog()
    var sequences: [Int64: Int32] = [:]
    var open: Set<Int64> = []
    var undecided: [Int64: [String: String]] = [:]
    var newest: [String: String] = [:]
    for step in 0..<400 {
      let producer = Int64.random(in: 1...3, using: &generator)
      if open.contains(producer), Int.random(in: 0..<3, using: &generator) == 0 {
        let commits = Bool.random(using: &generator)
        try subject.append(marker(producer, commits: commits, time: subject.time.now))
        let own = undecided.removeValue(forKey: producer) ?? [:]
        if commits { newest.merge(own) { $1 } }
        open.remove(producer)
      } else {
        let key = "key-\(Int.random(in: 0..<10, using: &generator))-\(producer)"
        let sequence = sequences[producer] ?? 0
        try subject.append(
          data(producer, sequence, [key], "value-\(step)", time: subject.time.now))
        sequences[producer] = sequence + 1
        undecided[producer, default: [:]][key] = "value-\(step)"
        open.insert(producer)
      }
      guard step % 40 == 39 else { continue }
      for producer in open.sorted() {
        try subject.append(marker(producer, commits: true, time: subject.time.now))
        newest.merge(undecided.removeValue(forKey: producer) ?? [:]) { $1 }
      }
      open = []
      subject.time.advance(byMilliseconds: Int64.random(in: 0...1500, using: &generator))
      while try subject.compactor.step() {}
      if Bool.random(using: &generator) {
        try subject.reopen(
          cleanly: step % 3 == 0, isRescanned: Bool.random(using: &generator))
      }
      var found: [String: String] = [:]
      for record in try committed(subject.log) {
        found[record.key?.description ?? ""] = record.value?.description
      }
      #expect(found == newest, "\(TestShare.again(seed))")
      #expect(subject.log.lastStableOffset == subject.log.endOffset)
    }
    #expect(try LogContents.records(subject.log).count < 200)
  }
}

extension RecordBatchBuilder {
  fileprivate consuming func finished() throws -> ByteSlice {
    try finish()
    return makeSlice()
  }
}
