import Varve
import VarveBase
import VarveBroker
import VarveLog

/// A partition's directory, with what the data directory around it, if there is one, says of it.
struct LogPlace {
  let directory: String
  /// Nil where the directory is not named as those of partitions are.
  let partition: TopicPartition?
  var topicID: TopicID?
  var logStartOffset: Offset = 0
  var recoveryPoint: Offset = 0
  var cleanedUpTo: Offset = 0
  var isCompacted = false

  private static let files = LocalFileSystem()

  /// What it is called in what is printed.
  var name: String { partition?.description ?? directory }

  /// Whether a path is a data directory: more than a partition's.
  static func isDataDirectory(_ path: String) throws -> Bool {
    try files.kind(of: path) == .directory
      && files.kind(of: "\(path)/\(MetaProperties.fileName)") != nil
  }

  /// The partitions at a path: it is one, or it is a data directory. Throws `CommandError`.
  static func all(at path: String) throws -> [LogPlace] {
    guard try files.kind(of: path) == .directory else {
      throw CommandError("there is no directory \(path): name a partition's, or a data directory")
    }
    let names = try files.contents(ofDirectory: path)
    if names.contains(MetaProperties.fileName) {
      let surroundings = try Surroundings(path)
      let partitions = names.compactMap(TopicPartition.init(directoryName:)).sorted()
      return partitions.map { surroundings.place(of: $0, in: "\(path)/\($0)") }
    }
    guard names.contains(where: { SegmentFileName($0)?.kind == .log }) else {
      throw CommandError(
        "\(path) has neither segments nor a \(MetaProperties.fileName): it is no partition's "
          + "directory, and no data directory")
    }
    return [try single(path)]
  }

  /// A partition's directory, which may lie in a data directory.
  private static func single(_ path: String) throws -> LogPlace {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard let name = parts.last, let partition = TopicPartition(directoryName: String(name)) else {
      return LogPlace(directory: path, partition: nil)
    }
    let parent = dataDirectory(of: path)
    guard try MetaProperties.read(in: parent, on: files) != nil else {
      return LogPlace(directory: path, partition: partition)
    }
    return try Surroundings(parent).place(of: partition, in: path)
  }

  /// The directory that a partition's directory lies in.
  static func dataDirectory(of path: String) -> String {
    var rest = path[...]
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    guard let slash = rest.lastIndex(of: "/") else { return "." }
    return slash == rest.startIndex ? "/" : String(rest[..<slash])
  }

  /// What a data directory says of its partitions.
  private struct Surroundings {
    let starts: [TopicPartition: Offset]
    let recoveryPoints: [TopicPartition: Offset]
    let cleaned: [TopicPartition: Offset]
    let image: MetadataImage
    let server: ServerDefaults

    init(_ path: String) throws {
      // What is damaged here is told by who reads the whole directory; it must not keep anyone from
      // looking at the records.
      starts = (try? OffsetCheckpoint(.logStart, in: path, on: files).read()) ?? [:]
      recoveryPoints = (try? OffsetCheckpoint(.recoveryPoint, in: path, on: files).read()) ?? [:]
      cleaned = (try? OffsetCheckpoint(.cleaner, in: path, on: files).read()) ?? [:]
      image =
        (try? MetadataDirectory(in: path, on: files).read().image) ?? MetadataImage()
      let properties = try? MetaProperties.read(in: path, on: files)
      server = (try? image.serverDefaults(broker: properties?.nodeID ?? 0)) ?? .none
    }

    func place(of partition: TopicPartition, in directory: String) -> LogPlace {
      var faults: [ConfigError] = []
      let configuration = TopicConfiguration(
        stored: image.configs(ofTopic: partition.topic), server: server, faults: &faults)
      return LogPlace(
        directory: directory, partition: partition,
        topicID: image.topic(named: partition.topic)?.id,
        logStartOffset: starts[partition] ?? 0,
        recoveryPoint: recoveryPoints[partition] ?? 0, cleanedUpTo: cleaned[partition] ?? 0,
        isCompacted: configuration.logConfiguration.cleanupPolicy.contains(.compact))
    }
  }
}
