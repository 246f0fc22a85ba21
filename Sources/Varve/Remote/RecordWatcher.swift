internal import Synchronization
internal import VarveBase
internal import VarveClient
internal import VarveProtocol

/// Waits for records at the ends of partitions: a question that the broker answers when there is
/// one (long polling), for all partitions of a broker that are waited for at the time.
///
/// A broker answers one question of a connection at a time, so that these have connections of their
/// own. What comes is looked at no further: whoever waited reads it.
final class RecordWatcher: Sendable {
  /// How long a broker keeps a question that it has no records for.
  private static let patience = Duration.milliseconds(500)
  /// Questions that one broker may have at a time.
  private static let questionsMax = 4

  private let brokers: RemoteBrokers
  private let state = Mutex(State())

  fileprivate struct State {
    var list = WatchList()
    var nextWaiter = 0
    var busy: [BrokerAddress: Set<Int>] = [:]
  }

  /// What one broker is asked for.
  fileprivate struct Watch {
    let address: BrokerAddress
    let slot: Int
    let records: [WatchList.Watched]
  }

  init(_ brokers: RemoteBrokers) { self.brokers = brokers }

  func close() {
    for continuation in state.withLock({ $0.list.close() }) { continuation.resume() }
  }

  /// Suspends until there may be a record, or the task is cancelled. The caller looks.
  func wait(for partition: TopicPartition, _ topicID: TopicID, at offset: Offset) async {
    let record = WatchList.Watched(partition: partition, topicID: topicID, offset: offset)
    let waiter = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { $0.list.add(waiter, for: record, continuation) }
        guard waits else { return continuation.resume() }
        // Those who begin to wait at the same time share a question.
        Task { await self.ask() }
      }
    } onCancel: {
      state.withLock { $0.list.cancel(waiter, for: record) }?.resume()
    }
    state.withLock { $0.list.forget(waiter) }
  }

  private func ask() async {
    let (watches, orphans) = state.withLock { $0.next(brokers, Self.questionsMax) }
    for watch in watches { Task { await self.run(watch) } }
    if !orphans.isEmpty { await over(orphans, ready: orphans, after: .milliseconds(50)) }
  }

  private func run(_ watch: Watch) async {
    let request = FetchRequest(
      of: watch.records.map { ($0.partition, $0.topicID, $0.offset) }, maxBytes: 1,
      isolation: .readUncommitted, wait: Self.patience)
    var ready = watch.records
    var pause = Duration.zero
    do throws(ClientError) {
      ready = Self.ready(
        try await brokers.ask(request, at: watch.address, .watch(watch.slot)), watch.records)
    } catch { pause = .milliseconds(50) }
    state.withLock { _ = $0.busy[watch.address]?.remove(watch.slot) }
    await over(watch.records, ready: ready, after: pause)
    await ask()
  }

  /// Wakes those who waited. After a failure they are not to ask again at once.
  private func over(
    _ records: [WatchList.Watched], ready: [WatchList.Watched], after pause: Duration
  ) async {
    // Throws where it is cancelled, which nobody does.
    if pause > .zero { try? await ContinuousClock().sleep(for: pause) }
    for continuation in state.withLock({ $0.list.answered(records, ready: ready) }) {
      continuation.resume()
    }
  }

  /// Those with something to look at: records, or an error.
  private static func ready(
    _ response: FetchResponse, _ records: [WatchList.Watched]
  ) -> [WatchList.Watched] {
    if response.errorCode != .none { return records }
    return records.filter { record in
      let topic = response.topics.first {
        $0.topicID == record.topicID || $0.name == record.partition.topic.description
      }
      guard
        let answer = topic?.partitions.first(where: {
          $0.partitionIndex == record.partition.partition
        })
      else { return false }
      return answer.errorCode != .none || answer.highWatermark > record.offset
    }
  }
}

extension RecordWatcher.State {
  /// The questions that can be asked now, and what has no leader to ask.
  fileprivate mutating func next(
    _ brokers: RemoteBrokers, _ questionsMax: Int
  ) -> (watches: [RecordWatcher.Watch], orphans: [WatchList.Watched]) {
    var watches: [RecordWatcher.Watch] = []
    var orphans: [WatchList.Watched] = []
    let byLeader = Dictionary(grouping: list.unasked) { brokers.leader(of: $0.partition) }
    for (address, records) in byLeader {
      guard let address else {
        orphans += records
        list.ask(records)
        continue
      }
      let taken = busy[address, default: []]
      guard let slot = (0..<questionsMax).first(where: { !taken.contains($0) }) else { continue }
      busy[address, default: []].insert(slot)
      list.ask(records)
      watches.append(RecordWatcher.Watch(address: address, slot: slot, records: records))
    }
    return (watches, orphans)
  }
}

extension FetchRequest {
  /// A question for batches of partitions, without a session.
  ///
  /// - Parameter wait: how long the broker may wait for a record.
  init(
    of partitions: [(id: TopicPartition, topicID: TopicID, offset: Offset)], maxBytes: Int,
    isolation: Isolation, wait: Duration
  ) {
    self.init()
    maxWaitMilliseconds = Int32(clamping: wait.milliseconds)
    minBytes = 1
    self.maxBytes = Int32(clamping: maxBytes)
    isolationLevel = isolation.number
    topics = Dictionary(grouping: partitions, by: \.topicID).map { topicID, partitions in
      var topic = Topic()
      topic.name = partitions[0].id.topic.description
      topic.topicID = topicID
      topic.partitions = partitions.map {
        var entry = Topic.Partition()
        (entry.partitionIndex, entry.fetchOffset) = ($0.id.partition, $0.offset)
        entry.partitionMaxBytes = Int32(clamping: maxBytes)
        return entry
      }
      return topic
    }
  }
}
