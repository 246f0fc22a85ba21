import Synchronization
import Varve
import VarveQueues

/// A consumer group whose members note what they read, and which of them has which partition.
final class MemberGroup: Sendable {
  /// A record, in the order in which the group read it.
  struct Read {
    let key: String
    let text: String
  }

  private struct State {
    var owners: [TopicPartition: Int] = [:]
    var violations: [String] = []
    var leaving: Set<Int> = []
  }

  let name: String
  let size: Int
  let read = Seen<Read>()
  private let varve: Varve
  private let use: @Sendable (Record) async -> Void
  private let state = Mutex(State())
  private let events = Seen<RebalanceEvent>()

  init(
    _ name: String, size: Int, of varve: Varve,
    _ use: @escaping @Sendable (Record) async -> Void = { _ in }
  ) {
    self.name = name
    self.size = size
    self.varve = varve
    self.use = use
  }

  /// Where a partition was given to a member before another had given it up, or read by one that
  /// did not have it.
  var violations: [String] { state.withLock { $0.violations } }

  /// Reads until the member is told to leave, which it does after its next record.
  func member(_ number: Int) async throws {
    var options = GroupConsumer.Options()
    options.reading.batchBytes = 1
    options.onRebalance = { [self] _, event in note(event, of: number) }
    let consumer = try await varve.consumer(group: name, topics: ["orders"], options: options)
    for try await batch in consumer.batches {
      for record in batch { await handle(record, from: batch, as: number) }
      if state.withLock({ $0.leaving.contains(number) }) {
        try await consumer.commit(batch)
        break
      }
    }
    state.withLock { state in state.owners = state.owners.filter { $0.value != number } }
    await consumer.close()
  }

  func tellToLeave(_ number: Int) { state.withLock { _ = $0.leaving.insert(number) } }

  /// Waits until so many members have partitions.
  func reach(memberCount count: Int) async {
    while true {
      let known = events.all.count
      if state.withLock({ Set($0.owners.values).count }) >= count { return }
      await events.reach(known + 1)
    }
  }

  private func handle(_ record: Record, from batch: ConsumedBatch, as number: Int) async {
    state.withLock { state in
      guard state.owners[batch.source] != number else { return }
      state.violations.append("\(number) reads \(batch.source), which it does not have")
    }
    await use(record)
    read.add(Read(key: record.keyText ?? "", text: record.text ?? ""))
  }

  private func note(_ event: RebalanceEvent, of number: Int) {
    state.withLock { state in
      switch event {
      case .assigned(let partitions):
        for partition in partitions {
          if let owner = state.owners[partition] {
            state.violations.append("\(number) gets \(partition), which \(owner) has")
          }
          state.owners[partition] = number
        }
      case .revoked(let partitions), .lost(let partitions):
        for partition in partitions where state.owners[partition] == number {
          state.owners[partition] = nil
        }
      }
    }
    events.add(event)
  }
}
