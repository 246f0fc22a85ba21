package import VarveBase

/// The file in a partition's directory that says which topic it belongs to, for topics that were
/// deleted and made again under the same name (KIP-516).
///
///     version: 0
///     topic_id: ZP3JYaiHRj-mbf5_lN2z_Q
package struct PartitionMetadata: Equatable, Sendable {
  package static let fileName = "partition.metadata"
  private static let version = 0

  package var topicID: TopicID

  package init(topicID: TopicID) { self.topicID = topicID }

  /// Reads the file in `directory`; nil where it is missing. Throws `.corrupt`,
  /// `.unsupportedVersion`, `.io`.
  package static func read(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) -> PartitionMetadata? {
    let path = "\(directory)/\(fileName)"
    guard let bytes = try fileSystem.readFile(path) else { return nil }
    return try PartitionMetadata(bytes, file: path)
  }

  /// Replaces the file in one step. Throws `.io`.
  package func write(in directory: String, on fileSystem: any FileSystem) throws(LogError) {
    try fileSystem.replaceFile("\(directory)/\(Self.fileName)", with: encode())
  }

  /// Reads the file's text; `file` is for errors. Throws `.corrupt`, `.unsupportedVersion`.
  package init(_ bytes: ByteSlice, file: String) throws(LogError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LogError(.corrupt, "the file is no text", file: file)
    }
    let lines = text.split(separator: "\n")
    guard let number = lines.first?.value(after: "version: ").flatMap({ Int($0) }) else {
      throw LogError(.corrupt, "'version: 0' is missing", file: file, at: .line(1))
    }
    guard number == Self.version else {
      throw LogError(
        .unsupportedVersion,
        "partition metadata of version \(number); only \(Self.version) is"
          + " known", file: file, at: .line(1))
    }
    guard lines.count == 2, let id = lines[1].value(after: "topic_id: ") else {
      throw LogError(.corrupt, "'topic_id: …' is missing", file: file, at: .line(2))
    }
    guard let topicID = TopicID(String(id)), topicID != .zero else {
      throw LogError(.corrupt, "'\(id)' is no topic id", file: file, at: .line(2))
    }
    self.topicID = topicID
  }

  /// The file's bytes; like Kafka's, without a line break at the end.
  package func encode() -> [UInt8] {
    Array("version: \(Self.version)\ntopic_id: \(topicID)".utf8)
  }
}

extension Substring {
  /// What follows `prefix`; nil for a line that does not begin with it.
  fileprivate func value(after prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
