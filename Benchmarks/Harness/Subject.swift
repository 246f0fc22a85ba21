import Varve
import VarveBase

/// A log with one topic, `records`, in a directory of its own.
struct Subject {
  static let topic = "records"

  let varve: Varve
  let directory: String

  init(
    at directory: String, partitions: Int32 = 1, config: [TopicConfig] = []
  ) async throws {
    try await self.init(
      Varve.open(directory), at: directory, partitions: partitions, config: config)
  }

  init(
    _ varve: Varve, at directory: String, partitions: Int32 = 1, config: [TopicConfig] = []
  ) async throws {
    self.directory = directory
    self.varve = varve
    try await varve.createTopic(
      Self.topic, partitions: partitions, config: [.retentionForever] + config)
  }

  /// The first segment of partition 0, as it lies on the disk.
  var firstSegment: String { "\(directory)/\(Self.topic)-0/00000000000000000000.log" }

  func writer() throws -> PartitionWriter { try varve.writer(Self.topic, partition: 0) }

  /// Appends values in batches; returns how long that took.
  func append(_ pool: RecordPool, batches: Int, of count: Int) throws -> Duration {
    var writer = try writer()
    return try timed {
      for _ in 0..<batches {
        try pool.forEach(count) { value in try writer.append(value: value) }
        try writer.commit()
      }
    }
  }

  func endOffset() async throws -> UInt64 {
    let end = try await varve.latestOffset(of: Self.topic, partition: 0)
    return UInt64(bitPattern: end.rawValue)
  }
}
