internal import VarveLog

/// The records of a topic from one moment of its history to another, in order.
///
/// ```swift
/// let history = varve.replay("orders", from: .timestamp(t0), pace: .recorded(speed: 10))
/// for try await record in history { print(record.partition, record.record) }
/// ```
///
/// Of one partition the records come by offset. Several are merged by time: of the next records of
/// all partitions the oldest comes first, so that what was written in order of time is replayed in
/// that order. The end is fixed when the loop begins: a replay ends.
public struct Replay: AsyncSequence, Sendable {
  public typealias Failure = VarveError

  /// A record and where it is from.
  public struct Element: Sendable {
    public let partition: TopicPartition
    public let record: Record
  }

  private let cluster: any Cluster
  private let topic: String
  private let partition: Int32?
  private let start: StartPosition
  private let end: StartPosition
  private let pace: ReplayPace
  private let isolation: Isolation
  private let pacer: any ReplayPacer

  package init(
    cluster: any Cluster, topic: String, partition: Int32?, start: StartPosition,
    end: StartPosition, pace: ReplayPace, isolation: Isolation, pacer: any ReplayPacer
  ) {
    self.cluster = cluster
    self.topic = topic
    self.partition = partition
    self.start = start
    self.end = end
    self.pace = pace
    self.isolation = isolation
    self.pacer = pacer
  }

  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Goes through the history. Each has its own place.
  public struct Iterator: AsyncIteratorProtocol {
    private let replay: Replay
    private var merge: ReplayMerge?
    private var schedule: ReplaySchedule?
    private var startedAt: UInt64?

    init(_ replay: Replay) { self.replay = replay }

    public mutating func next() async throws(VarveError) -> Element? {
      if merge == nil { try await open() }
      if Task.isCancelled { throw VarveError(.cancelled, "the task that replays was cancelled") }
      guard let element = try await merge?.next() else { return nil }
      try await wait(until: element.record.timestamp)
      return element
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(VarveError) -> Element? {
      try await next()
    }

    private mutating func open() async throws(VarveError) {
      schedule = try ReplaySchedule(replay.pace)
      let route = try await replay.cluster.route(to: replay.topic)
      let clients =
        try replay.partition.map { (index) throws(VarveError) in [try route.partition(index)] }
        ?? route.partitions
      var sources: [ReplaySource] = []
      for client in clients {
        let start = try await replay.start.offset(in: client, isolation: replay.isolation)
        let end = try await replay.end.offset(in: client, isolation: replay.isolation)
        sources.append(
          ReplaySource(client, from: start, to: end, isolation: replay.isolation))
      }
      merge = ReplayMerge(sources)
    }

    private mutating func wait(until timestamp: Timestamp) async throws(VarveError) {
      guard let due = schedule?.due(timestamp) else { return }
      let start = startedAt ?? replay.pacer.nanoseconds
      startedAt = start
      let (moment, overflow) = start.addingReportingOverflow(due)
      do {
        try await replay.pacer.sleep(untilNanoseconds: overflow ? UInt64.max : moment)
      } catch { throw VarveError(.cancelled, "the task that replays was cancelled") }
    }
  }
}

extension Varve {
  /// The records of a topic, or of one of its partitions, from `start` to before `end`.
  ///
  /// Nothing is read before the loop begins; what is wrong with the arguments is thrown there:
  /// `.unknownTopicOrPartition`, `.offsetOutOfRange`, `.invalidArgument` for a speed that is not
  /// positive.
  public func replay(
    _ topic: String, partition: Int32? = nil, from start: StartPosition = .earliest,
    to end: StartPosition = .latest, pace: ReplayPace = .unlimited,
    isolation: Isolation = .readUncommitted
  ) -> Replay {
    Replay(
      cluster: cluster, topic: topic, partition: partition, start: start, end: end, pace: pace,
      isolation: isolation, pacer: ClockPacer(time: cluster.time))
  }
}
