import Synchronization
import Testing
import Varve
import VarveBase
import VarveLog
import VarveTestKit

@Suite(.everyDoor) struct ReplayTests {
  /// Notes what a replay asks for, and lets no time pass but that.
  final class NotedPacer: ReplayPacer {
    let moments = Mutex<[UInt64]>([])
    var nanoseconds: UInt64 { 1_000 }

    func sleep(untilNanoseconds moment: UInt64) async throws(CancellationError) {
      moments.withLock { $0.append(moment) }
    }
  }

  static func filled(_ timestamps: [[Int64]]) async throws -> VarveUnderTest {
    let subject = try VarveUnderTest()
    try await subject.varve.createTopic("history", partitions: Int32(timestamps.count))
    let producer = try subject.varve.producer()
    for (partition, stamps) in timestamps.enumerated() {
      for stamp in stamps {
        try await producer.send(
          "history", partition: Int32(partition), value: String(stamp), timestamp: Timestamp(stamp))
      }
    }
    try await producer.close()
    return subject
  }

  static func stamps(_ replay: Replay) async throws -> [Int64] {
    var stamps: [Int64] = []
    for try await element in replay { stamps.append(element.record.timestamp.rawValue) }
    return stamps
  }

  @Test("G54: a replay merges partitions by time, from a time to before another")
  func merges() async throws {
    let subject = try await Self.filled([[10, 40, 50, 80], [20, 30, 60, 70]])
    let varve = subject.varve
    #expect(try await Self.stamps(varve.replay("history")) == [10, 20, 30, 40, 50, 60, 70, 80])
    #expect(
      try await Self.stamps(varve.replay("history", from: .timestamp(30), to: .timestamp(70)))
        == [30, 40, 50, 60])
    #expect(
      try await Self.stamps(
        varve.replay("history", partition: 1, from: .offset(1), to: .offset(3))) == [30, 60])
    try await varve.close()
  }

  @Test("G54: a paced replay keeps the recorded gaps, divided by its speed")
  func paces() async throws {
    let subject = try await Self.filled([[1000, 1500, 1400, 3000]])
    let pacer = NotedPacer()
    let replay = Replay(
      cluster: subject.varve.cluster, topic: "history", partition: nil, start: .earliest,
      end: .latest, pace: .recorded(speed: 10), isolation: .readUncommitted, pacer: pacer)
    _ = try await Self.stamps(replay)
    // 0, 500, 500 (older than one before it) and 2,000 ms, at ten times the speed, in nanoseconds.
    #expect(pacer.moments.withLock { $0 } == [0, 50, 50, 200].map { $0 * 1_000_000 + 1_000 })
    try await subject.varve.close()
  }

  @Test("G54: the handler of a replay at ten times the pace gets the bytes that were written")
  func sameBytes() async throws {
    let subject = try VarveUnderTest()
    try await subject.varve.createTopic("history", partitions: 2)
    let producer = try subject.varve.producer()
    var generator = SeededGenerator(seed: 1)
    var sent: [Replayed] = []
    for number in 0..<60 {
      // 300 ms of history: 30 ms at ten times its pace.
      let timestamp = Timestamp(1_700_000_000_000 + Int64(number) * 5)
      let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let key = number % 3 == 0 ? nil : Array(bytes.prefix(9))
      let value = number % 7 == 0 ? nil : bytes
      let receipt = try await producer.send(
        "history", partition: Int32(number % 2), key: key, value: value,
        headers: [Header("number", "\(number)")], timestamp: timestamp)
      sent.append(
        Replayed(
          partition: receipt.partition, offset: receipt.offset, timestamp: timestamp, key: key,
          value: value, headers: [Header("number", "\(number)")]))
    }
    try await producer.close()
    let clock = ContinuousClock()
    let start = clock.now
    var found: [Replayed] = []
    for try await element in subject.varve.replay("history", pace: .recorded(speed: 10)) {
      found.append(Replayed(element))
    }
    #expect(found == sent)
    // A busy machine is late, none is early.
    #expect(clock.now - start >= .milliseconds(59 * 5) / 10)
    try await subject.varve.close()
  }

  /// All that a handler gets of a record.
  private struct Replayed: Equatable {
    var partition: TopicPartition
    var offset: Offset
    var timestamp: Timestamp
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]

    init(
      partition: TopicPartition, offset: Offset, timestamp: Timestamp, key: [UInt8]?,
      value: [UInt8]?, headers: [Header]
    ) {
      (self.partition, self.offset, self.timestamp) = (partition, offset, timestamp)
      (self.key, self.value, self.headers) = (key, value, headers)
    }

    init(_ element: Replay.Element) {
      let record = element.record
      self.init(
        partition: element.partition, offset: record.offset, timestamp: record.timestamp,
        key: record.key.map(Array.init), value: record.value.map(Array.init),
        headers: record.headers)
    }
  }

  @Test("a speed that is no positive number is refused", arguments: [0, -1, Double.nan, .infinity])
  func refusesSpeed(speed: Double) async throws {
    let subject = try await Self.filled([[1]])
    let error = await #expect(throws: VarveError.self) {
      try await Self.stamps(subject.varve.replay("history", pace: .recorded(speed: speed)))
    }
    #expect(error?.code == .invalidArgument)
    try await subject.varve.close()
  }
}
