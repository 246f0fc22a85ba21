internal import VarveLog

/// The partitions that a consumer reads, and how far it is in each: who is asked next, and what
/// becomes of the answer. Decisions only; the consumer does the reading.
struct ConsumerAssignment {
  /// A partition to be asked, from an offset.
  struct Target {
    let client: any PartitionClient
    let position: Offset
    /// Changes with every seek, so that what was read before one is told from what came after.
    let generation: Int
  }

  private struct Partition {
    let client: any PartitionClient
    var position: Offset
    var isPaused = false
    var generation = 0
  }

  private var partitions: [Partition] = []
  /// The partition that is asked first.
  private var turn = 0

  init(_ positions: [(client: any PartitionClient, offset: Offset)]) {
    partitions = positions.map { Partition(client: $0.client, position: $0.offset) }
  }

  var sources: [TopicPartition] { partitions.map(\.client.id) }

  /// Whom to ask, in turn: after an answer the next partition is asked first, so that a busy one
  /// does not starve the others.
  func targets() -> [Target] {
    (0..<partitions.count).compactMap { step in
      let partition = partitions[(turn + step) % partitions.count]
      guard !partition.isPaused else { return nil }
      return Target(
        client: partition.client, position: partition.position, generation: partition.generation)
    }
  }

  /// Takes what was read for a target. False where it was moved or paused meanwhile: then it is
  /// not to be shown.
  mutating func accept(_ nextOffset: Offset, for target: Target) -> Bool {
    guard let index = index(of: target.client.id), partitions[index].client === target.client,
      partitions[index].generation == target.generation, !partitions[index].isPaused
    else { return false }
    partitions[index].position = nextOffset
    turn = (index + 1) % partitions.count
    return true
  }

  /// The offset that is read next; nil for a partition that is not assigned.
  func position(of partition: TopicPartition) -> Offset? {
    index(of: partition).map { partitions[$0].position }
  }

  func client(of partition: TopicPartition) -> (any PartitionClient)? {
    index(of: partition).map { partitions[$0].client }
  }

  func isPaused(_ partition: TopicPartition) -> Bool? {
    index(of: partition).map { partitions[$0].isPaused }
  }

  /// Reads a partition too, or anew.
  mutating func add(_ client: any PartitionClient, at offset: Offset) {
    remove([client.id])
    partitions.append(Partition(client: client, position: offset))
  }

  /// Reads some partitions no more.
  mutating func remove(_ sources: [TopicPartition]) {
    partitions.removeAll { sources.contains($0.client.id) }
    turn = 0
  }

  mutating func seek(_ partition: TopicPartition, to offset: Offset) {
    guard let index = index(of: partition) else { return }
    partitions[index].position = offset
    partitions[index].generation += 1
  }

  mutating func setPaused(_ partition: TopicPartition, _ isPaused: Bool) {
    guard let index = index(of: partition) else { return }
    partitions[index].isPaused = isPaused
  }

  private func index(of partition: TopicPartition) -> Int? {
    partitions.firstIndex { $0.client.id == partition }
  }
}
