/// How large things can get, and why not larger. A test relates them to one another.
@usableFromInline
package enum Limits {
  // MARK: The format

  /// The most a segment's `.log` holds: entries of its indexes have positions of 32 bits with a
  /// sign.
  package static let segmentBytesMax = Int(Int32.max)

  /// How far a record's offset may lie above its segment's first: index entries and batches keep
  /// the difference in 32 bits with a sign.
  @inlinable package static var offsetDeltaMax: Int64 { Int64(Int32.max) }

  /// The most that the records of a batch from outside may take once they are decompressed: a few
  /// bytes can stand for gigabytes.
  package static let payloadBytesMax = 256 << 20

  /// The same for a batch that a client sends over the network, to a topic that takes batches of so
  /// many bytes (`max.message.bytes`): 32 times that, 32 MiB at least. What is in the log may take
  /// more, once a topic takes smaller batches than before.
  package static func clientPayloadBytesMax(batchBytesMax: Int) -> Int {
    let (limit, overflow) = batchBytesMax.multipliedReportingOverflow(by: 32)
    return overflow ? payloadBytesMax : min(max(limit, 32 << 20), payloadBytesMax)
  }

  // MARK: Names

  /// The longest name that file systems take.
  package static let fileNameBytesMax = 255

  /// The longest string in Kafka's protocol and records, in bytes of UTF-8: Kafka refuses longer
  /// ones in every message, and old versions have 16 bits with a sign for the length.
  package static let stringBytesMax = 32_767

  /// The most memory that the arrays of one message may take once it is decoded. An empty string
  /// is one byte in a frame and sixteen in memory: without a limit a frame of 100 MiB would take
  /// gigabytes. A fetch of 100,000 partitions takes about 6 MiB.
  package static let messageArraysBytesMax = 32 << 20

  // MARK: The system

  /// Mappings of a process that Linux allows where nobody asked for more (`vm.max_map_count`).
  package static let mappingsMax = 65_530

  /// Mappings of a partition that is written to: its active segment and that one's two indexes.
  package static let mappingsPerPartition = 3

  /// Partitions of a data directory: with 20,000, 60,000 mappings are taken and 5,530 are left for
  /// older segments that are read and for the program itself. Their numbers have five digits, so
  /// that the directory of the longest topic name, with a `-` in between, has a name of
  /// 249 + 1 + 5 = 255 bytes.
  package static let partitionsMax = 20_000
}
