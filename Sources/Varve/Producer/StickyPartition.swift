internal import Synchronization

/// Gives records without a key their partition: the same one until about a batch's worth of bytes
/// went there, then another at random, so that batches get full and partitions get equal shares
/// (KIP-480, KIP-794).
final class StickyPartition: Sendable {
  private let count: Int32
  private let bytesMax: Int
  private let current: Atomic<Int32>
  private let bytes = Atomic(0)

  /// Starts at one of `count` partitions at random.
  init(among count: Int, bytesMax: Int) {
    self.count = Int32(count)
    self.bytesMax = bytesMax
    current = Atomic(Int32.random(in: 0..<Int32(count)))
  }

  /// The partition of the next record, which takes `size` bytes.
  func next(size: Int) -> Int32 {
    let partition = current.load(ordering: .relaxed)
    guard count > 1 else { return partition }
    let before = bytes.wrappingAdd(size, ordering: .relaxed).oldValue
    // Of several that pass the limit at once, one goes on to the next partition.
    if before < bytesMax && before + size >= bytesMax {
      let other = Int32.random(in: 0..<count - 1)
      current.store(other >= partition ? other + 1 : other, ordering: .relaxed)
      bytes.store(0, ordering: .relaxed)
    }
    return partition
  }
}
