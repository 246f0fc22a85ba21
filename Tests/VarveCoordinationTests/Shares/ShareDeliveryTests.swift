import Testing
import VarveBase
import VarveCoordination
import VarveTestKit

/// Goal: no record holds up another, workers are never idle while there is work, and retries wait
/// as they should. Method: a clock that the tests move; what is expected is counted by hand.
struct ShareDeliveryTests {
  @Test(arguments: [false, true])
  func
    `G43: one record that is held for ever stalls none of a million, and takes no memory for them`(
      isQueue: Bool
    ) throws
  {
    let count = Int64(TestShare.count(isQueue ? 20_000 : 200_000, long: 1_000_000))
    var settings = ShareSettings()
    settings.lockDuration = 1 << 40
    if isQueue { settings.queue = QueueSettings() }
    var share = ShareUnderTest(settings)
    share.append(count + 1)
    #expect(share.takeOffsets(1, for: "stuck") == [0])
    var (next, entriesMax): (Int64, Int) = (1, 0)
    while next <= count {
      let taken = share.take(2_000)
      try #require(taken.map(\.offsets.lowerBound) == [next] && taken[0].deliveryCount == 1)
      entriesMax = max(entriesMax, share.entryCount)
      try share.say(.accept, of: taken[0].offsets)
      next = taken[0].offsets.upperBound + 1
    }
    // Locks and up to two deadlines for each, and a piece for every 4,096 that are done with.
    #expect(entriesMax <= 3 * 2_001 + Int(count >> 12) + 100)
    #expect(share.entryCount <= Int(count >> 12) + 100)
    #expect(share.startOffset == 0 && share.doneRanges == [1...count])
    share.restart()
    #expect(share.takeOffsets(10) == [0])
    try share.say(.accept, of: 0...0)
    #expect(share.startOffset == count + 1 && share.entryCount <= 100)
  }

  @Test func `S21: of workers of unequal speed none is idle while jobs wait`() throws {
    let count = Int64(TestShare.count(2_000, long: 10_000))
    var share = ShareUnderTest.queue { settings, _ in settings.lockDuration = 5_000 }
    share.append(count)
    var workers = [1, 3, 10].map { Worker(name: "takes \($0) ms", jobMilliseconds: $0) }
    var deliveries: [Int64: Int] = [:]
    var left = Set(0..<count)
    while !left.isEmpty {
      for index in workers.indices {
        if let (job, end) = workers[index].job, end <= share.time {
          try share.accept([job], by: workers[index].name)
          left.remove(job)
          workers[index].job = nil
        }
        guard workers[index].job == nil else { continue }
        let held = workers.compactMap { $0.job?.offset }
        guard let job = share.takeOffsets(1, for: workers[index].name).first else {
          #expect(left.isSubset(of: held), "\(workers[index].name) is idle")
          continue
        }
        deliveries[job, default: 0] += 1
        workers[index].job = (job, share.time + Int64(workers[index].jobMilliseconds))
        workers[index].jobCount += 1
      }
      share.pass(1)
    }
    #expect(deliveries.count == Int(count) && deliveries.values.allSatisfy { $0 == 1 })
    // In 30 ms they do 30, 10 and 3 jobs.
    for (worker, part) in zip(workers, [30.0, 10, 3]) {
      let expected = Double(count) * part / 43
      #expect(abs(Double(worker.jobCount) - expected) <= 2, "\(worker.name)")
    }
  }

  @Test func `S21: a job whose worker crashed comes again when its lock is over, and not before`()
    throws
  {
    var share = ShareUnderTest.queue { settings, _ in settings.lockDuration = 5_000 }
    share.append(100)
    #expect(share.takeOffsets(1, for: "crashed") == [0])
    var (others, times): ([Int64], [Int64]) = ([], [])
    let began = share.time
    while share.time - began < 6_000 {
      for acquired in share.take(1) {
        let offset = acquired.offsets.lowerBound
        if offset == 0 {
          times.append(share.time - began)
          #expect(acquired.deliveryCount == 2)
        } else {
          others.append(offset)
        }
        try share.accept([offset])
      }
      share.pass(10)
    }
    #expect(times == [5_000])
    #expect(others == Array(1..<100))
  }

  @Test(arguments: [
    (RetryBackoff.Kind.fixed, [Int64](arrayLiteral: 100, 100, 100, 100, 100)),
    (.linear, [100, 200, 300, 400, 450]), (.exponential, [100, 200, 400, 450, 450]),
  ])
  func `G45: the gaps of a job that fails are the policy's, and others do not wait`(
    kind: RetryBackoff.Kind, expected: [Int64]
  ) throws {
    var share = ShareUnderTest.queue { settings, queue in
      settings.deliveriesMax = 10
      queue.backoff.kind = kind
      (queue.backoff.delay, queue.backoff.delayMax) = (100, 450)
    }
    let gaps = try Self.gaps(of: &share, count: expected.count, retryDelay: { _ in nil })
    #expect(gaps == expected)
  }

  @Test func `G45: a job that says when it is tried again comes at that time`() throws {
    var share = ShareUnderTest.queue { settings, queue in
      settings.deliveriesMax = 10
      queue.backoff.delay = 1_000
    }
    let delays: [Int64] = [70, 5, 333, 1]
    let gaps = try Self.gaps(of: &share, count: delays.count, retryDelay: { delays[$0] })
    #expect(gaps == delays)
  }

  // MARK: -

  private struct Worker {
    let name: String
    let jobMilliseconds: Int
    var job: (offset: Int64, end: Int64)?
    var jobCount = 0
  }

  /// Fails the first job each time, a worker looking once a millisecond. Every other job has to
  /// come in the millisecond in which it was put in. Returns how long the first one stayed away.
  private static func gaps(
    of share: inout ShareUnderTest, count: Int, retryDelay: (Int) -> Int64?
  ) throws -> [Int64] {
    var (gaps, failed): ([Int64], Int64?) = ([], nil)
    share.append(1)
    while gaps.count < count {
      let other = share.append { _ in }
      let taken = share.takeOffsets(100)
      #expect(taken.contains(other))
      for offset in taken where offset != 0 { try share.accept([offset]) }
      if taken.contains(0) {
        if let failed { gaps.append(share.time - failed) }
        failed = share.time
        if gaps.count < count {
          try share.say(.release, of: 0...0, retryDelay: retryDelay(gaps.count))
        }
      }
      share.pass(1)
    }
    return gaps
  }
}
