/// How large things can get, and why not larger. A test relates them to one another.
package enum Limits {
  // MARK: The format

  /// The most a segment's `.log` holds: entries of its indexes have positions of 32 bits with a
  /// sign.
  package static let segmentBytesMax = Int(Int32.max)

  /// The largest batch, its header included: it fits a segment that has nothing else.
  package static let batchBytesMax = segmentBytesMax

  /// A batch's header, up to its records.
  package static let batchHeaderBytes = 61

  /// The smallest record: one byte each for its length, attributes, timestamp and offset deltas,
  /// lengths of key and value, and the number of its headers.
  package static let recordBytesMin = 7

  /// The most records that fit in a batch: 306,783,369, well within the 32 bits that count them.
  package static let recordsPerBatchMax = (batchBytesMax - batchHeaderBytes) / recordBytesMin

  /// How far a record's offset may lie above its segment's first: index entries and batches keep
  /// the difference in 32 bits with a sign.
  package static let offsetDeltaMax = Int64(Int32.max)

  // MARK: Names

  /// The longest name that file systems take.
  package static let fileNameBytesMax = 255

  /// Partitions of one topic. Their numbers have five digits, so that the directory of the longest
  /// topic name, with a `-` in between, has a name of 249 + 1 + 5 = 255 bytes.
  package static let partitionsPerTopicMax = 100_000

  // MARK: The system

  /// Mappings of a process that Linux allows where nobody asked for more (`vm.max_map_count`).
  package static let mappingsMax = 65_530

  /// Mappings of a partition that is written to: its active segment and that one's two indexes.
  package static let mappingsPerPartition = 3

  /// Partitions open at once: with 20,000, 60,000 mappings are taken and 5,530 are left for older
  /// segments that are read and for the program itself.
  package static let partitionsMax = 20_000
}
