package import VarveBase

/// An offset for each partition of a data directory, in one text file.
///
/// ```
/// 0
/// 2
/// orders 0 4711
/// orders 1 4698
/// ```
package struct OffsetCheckpoint: Sendable {
  /// What the offsets are, and the file that has them.
  package enum Kind: String, Sendable, CaseIterable {
    /// All before it is on the disk for good: recovery begins here.
    case recoveryPoint = "recovery-point-offset-checkpoint"
    /// What is before it was deleted (DeleteRecords, retention).
    case logStart = "log-start-offset-checkpoint"
    /// The high watermark.
    case replication = "replication-offset-checkpoint"
    /// All before it has been compacted.
    case cleaner = "cleaner-offset-checkpoint"
  }

  package let kind: Kind
  package let path: String
  private let fileSystem: any FileSystem

  /// The checkpoint in a data directory.
  package init(_ kind: Kind, in directory: String, on fileSystem: any FileSystem) {
    self.kind = kind
    self.fileSystem = fileSystem
    path = "\(directory)/\(kind.rawValue)"
  }

  /// The offsets; none where the file is missing. Throws `.corrupt`, `.unsupportedVersion`, `.io`.
  package func read() throws(LogError) -> [TopicPartition: Offset] {
    guard let bytes = try fileSystem.readFile(path) else { return [:] }
    return try Self.decode(bytes, file: path)
  }

  /// Replaces the file in one step. Throws `.io`.
  package func write(_ offsets: [TopicPartition: Offset]) throws(LogError) {
    try fileSystem.replaceFile(path, with: Self.encode(offsets))
  }

  /// Reads a checkpoint's text; `file` is for errors. Throws `.corrupt`, `.unsupportedVersion`.
  package static func decode(
    _ bytes: ByteSlice, file: String
  ) throws(LogError) -> [TopicPartition: Offset] {
    let text = try CheckpointText(bytes, fieldCount: 3, file: file)
    var offsets: [TopicPartition: Offset] = [:]
    for (line, fields) in text.entries {
      guard let topic = try? TopicName(String(fields[0])) else {
        throw text.corrupt(fields[0], line: line, "no topic name")
      }
      guard let number = Int32(fields[1]), number >= 0 else {
        throw text.corrupt(fields[1], line: line, "no partition number")
      }
      let partition = TopicPartition(topic: topic, partition: number)
      guard offsets.updateValue(try text.offset(fields[2], line: line), forKey: partition) == nil
      else { throw text.corrupt(fields[0], line: line, "there twice: \(partition)") }
    }
    return offsets
  }

  /// The text of a checkpoint. Kafka's order is that of a hash table; here partitions are sorted.
  package static func encode(_ offsets: [TopicPartition: Offset]) -> [UInt8] {
    let sorted = offsets.sorted { $0.key < $1.key }
    return CheckpointText.encode(
      sorted.map { "\($0.key.topic) \($0.key.partition) \($0.value)" })
  }
}
