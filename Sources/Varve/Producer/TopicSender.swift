internal import VarveBase

/// A topic as a producer sends to it.
final class TopicSender: Sendable {
  let name: TopicName
  let id: TopicID
  /// One for each partition, by number.
  let accumulators: [Accumulator]
  private let sticky: StickyPartition

  /// Goes on with the batches of an earlier sender to the same topic.
  init(_ route: TopicRoute, replacing old: TopicSender?, _ shared: ProducerShared) {
    name = route.name
    id = route.id
    let known = old?.id == route.id ? old?.accumulators ?? [] : []
    accumulators = route.partitions.enumerated().map { index, client in
      index < known.count ? known[index] : Accumulator(client, shared)
    }
    sticky = StickyPartition(
      among: accumulators.count, bytesMax: shared.options.batchBytes)
  }

  /// Where a record goes. `partition` is the caller's wish.
  func accumulator(
    for partition: Int32?, _ entry: borrowing BatchEntry
  ) throws(VarveError) -> Accumulator {
    let index: Int32
    if let partition {
      index = partition
    } else if let key = entry.key {
      index = Murmur2.partition(of: key, among: accumulators.count)
    } else {
      index = sticky.next(size: entry.sizeMax)
    }
    guard accumulators.indices.contains(Int(index)) else {
      throw VarveError(
        .unknownTopicOrPartition,
        "topic '\(name)' has \(accumulators.count) partitions, numbered from 0: there is no "
          + "\(index)")
    }
    return accumulators[Int(index)]
  }
}
