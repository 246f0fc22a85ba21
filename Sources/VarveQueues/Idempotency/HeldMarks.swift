internal import Synchronization
internal import Varve

/// The marks of the partitions that a member has, for as long as it has them.
final class HeldMarks: Sendable {
  private let byPartition = Mutex<[Int32: ProcessedMarks]>([:])

  func has(_ partition: Int32) -> Bool { byPartition.withLock { $0[partition] != nil } }

  func hold(_ marks: ProcessedMarks, of partition: Int32) {
    byPartition.withLock { $0[partition] = marks }
  }

  /// The partitions are others' now, who add to their marks.
  func drop(_ partitions: [TopicPartition]) {
    byPartition.withLock { marks in
      for partition in partitions { marks[partition.partition] = nil }
    }
  }

  func contains(_ id: IDHash, of partition: Int32) -> Bool {
    byPartition.withLock { $0[partition]?.contains(id) ?? false }
  }

  func insert(_ marked: [IDHash: Timestamp], of partition: Int32) {
    byPartition.withLock { $0[partition]?.insert(marked) }
  }
}
