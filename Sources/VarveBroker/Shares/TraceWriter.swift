internal import Synchronization
package import VarveBase
internal import VarveCoordination
internal import VarveLog
internal import VarveProtocol

/// Writes down what happens to the records of share groups that asked for it
/// (`varve.trace.enable`), in `__varve_trace`.
///
/// It is told once the state is stored, so that nothing is told that did not happen; what a kill
/// comes in between of is missing. It waits for no sync. Where it cannot write, delivering goes on,
/// and the logger is told, once until it works again.
final class TraceWriter: Sendable {
  private let state = Mutex(State())

  private struct State {
    weak var broker: Broker?
    var logger: Logger?
    var hasFailed = false
  }

  func attach(to broker: Broker) {
    state.withLock { ($0.broker, $0.logger) = (broker, broker.options.logger) }
  }

  func write(_ events: [ShareEvent], of key: SharePartitionKey) {
    guard let broker = state.withLock({ $0.broker }) else { return }
    do {
      let partition = try Self.partition(in: broker)
      let encoded = TraceRecord(events, of: key).encoded
      var builder = RecordBatchBuilder()
      try builder.append(timestamp: broker.now, key: encoded.key, value: encoded.value)
      try builder.finish()
      _ = try partition.store(builder.bytes)
      state.withLock { $0.hasFailed = false }
    } catch { report(error) }
  }

  private func report(_ error: any Error) {
    let logger = state.withLock { state in
      defer { state.hasFailed = true }
      return state.hasFailed ? nil : state.logger
    }
    logger?.log(
      .warning, "what happens to records of share groups is not written down",
      [.error: "\(error)"])
  }

  /// Makes the topic where it is missing.
  private static func partition(in broker: Broker) throws(BrokerError) -> Partition {
    let id = TopicPartition(topic: .trace, partition: 0)
    if let partition = try? broker.partition(id) { return partition }
    do throws(BrokerError) {
      let topic = InternalTopic.trace
      _ = try broker.createTopic(
        topic.name.description, partitions: topic.partitionCount, configs: topic.configs,
        origin: .broker)
    } catch {
      // Another may have been quicker.
      if let partition = try? broker.partition(id) { return partition }
      throw error
    }
    return try broker.partition(id)
  }
}

extension TraceRecord {
  fileprivate init(_ events: [ShareEvent], of key: SharePartitionKey) {
    var name = TraceKey()
    (name.topicID, name.partition) = (key.topicID, key.partition)
    var value = TraceValue()
    value.groupID = key.group
    value.events = events.map { event in
      var stored = TraceEvent()
      stored.firstOffset = Offset(event.offsets.lowerBound)
      stored.lastOffset = Offset(event.offsets.upperBound)
      stored.kind = event.kind.rawValue
      (stored.memberID, stored.deliveryCount) = (event.member, event.deliveryCount)
      (stored.until, stored.text) = (event.until, event.text)
      return stored
    }
    self.init(name, value)
  }
}

extension InternalTopic {
  /// `__varve_trace`: one partition, so that all that happened is in its order, and a week of it.
  static var trace: InternalTopic {
    InternalTopic(
      .trace, partitionCount: 1,
      configs: [
        "cleanup.policy": "delete", "retention.ms": "\(7 * 86_400_000)",
        "compression.type": "producer",
      ])
  }
}

extension TopicName {
  package static let trace: TopicName = {
    do { return try TopicName("__varve_trace") } catch {
      preconditionFailure("the name is legal: \(error)")
    }
  }()
}
