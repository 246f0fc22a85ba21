import Varve
import VarveBase
import VarveLog

extension LogCommands {
  static func repair(_ call: Invocation) async throws {
    let path = call["PATH"]
    let isDryRun = call.has("dry-run")
    let places = try LogPlace.all(at: path)
    let lock = try isDryRun ? nil : lock(around: path)
    defer { withExtendedLifetime(lock) {} }
    let commits = try commits(around: path)
    for place in places {
      try Task.checkCancellation()
      let plan = try repair(place, commits, isDryRun: isDryRun)
      try call.output.write(call.isJSON ? place.json(plan).line : place.text(plan, isDryRun))
    }
  }

  private static func repair(
    _ place: LogPlace, _ commits: RecoveredCommits, isDryRun: Bool
  ) throws -> LogRepairer.Plan {
    guard let partition = place.partition else {
      throw CommandError(
        "\(place.directory) is not named TOPIC-NUMBER, as a partition's directory is")
    }
    var repairer = LogRepairer(partition, directory: place.directory, on: LocalFileSystem())
    if place.isCompacted { repairer.configuration.cleanupPolicy = [.compact] }
    repairer.logStartOffset = place.logStartOffset
    repairer.recoveryPoint = place.recoveryPoint
    repairer.cleanedUpTo = place.cleanedUpTo
    repairer.commits = commits
    repairer.topicID = place.topicID
    return try isDryRun ? repairer.plan() : repairer.apply()
  }

  /// What the commit journals of the data directory at or around a path hold. After a clean
  /// shutdown they say nothing: somebody else may have gone on with the logs since.
  private static func commits(around path: String) throws -> RecoveredCommits {
    let files = LocalFileSystem()
    let root = try LogPlace.isDataDirectory(path) ? path : LogPlace.dataDirectory(of: path)
    let isCleanlyClosed = try CleanShutdownMarker.exists(in: root, on: files)
    return try isCleanlyClosed ? RecoveredCommits() : RecoveredCommits(in: root, on: files)
  }

  /// The lock of the data directory at or around a path; nil where there is no data directory.
  private static func lock(around path: String) throws -> (any FileLock)? {
    let files = LocalFileSystem()
    for directory in [path, LogPlace.dataDirectory(of: path)]
    where try MetaProperties.read(in: directory, on: files) != nil {
      return try files.lock(directory + "/.lock")
    }
    return nil
  }
}

extension LogPlace {
  fileprivate func text(_ plan: LogRepairer.Plan, _ isDryRun: Bool) -> String {
    if plan.isEmpty { return "\(name)  sound: nothing to do\n" }
    return "\(name)  \(isDryRun ? "to be repaired" : "repaired")\n"
      + plan.actions.map { "  \($0)\n" }.joined()
      + plan.lost.map { "  lost: \($0)\n" }.joined()
  }

  fileprivate func json(_ plan: LogRepairer.Plan) -> JSON {
    .object([
      "directory": .string(directory),
      "actions": .array(plan.actions.map { .string($0.description) }),
      "lost": .array(
        plan.lost.map {
          .object([
            "file": .string($0.file), "byte": .integer($0.bytes.lowerBound),
            "bytes": .integer($0.bytes.count),
            "firstOffset": .integer($0.offsets.lowerBound.rawValue),
            "endOffset": .integer($0.offsets.upperBound.rawValue), "reason": .string($0.reason),
          ])
        }),
    ])
  }
}
