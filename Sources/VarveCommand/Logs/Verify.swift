import Varve
import VarveBase
import VarveBroker
import VarveLog

extension LogCommands {
  static func verify(_ call: Invocation) async throws {
    let places = try LogPlace.all(at: call["PATH"])
    var faultCount = 0
    if try LogPlace.isDataDirectory(call["PATH"]) {
      let report = try DirectoryReport(call["PATH"])
      faultCount += report.faults.count
      try call.output.write(call.isJSON ? report.json.line : report.text)
    }
    for place in places {
      try Task.checkCancellation()
      let report = try verify(place, isCompacted: call.has("compacted"))
      faultCount += report.faults.count
      try call.output.write(call.isJSON ? report.json(place).line : report.text(place))
    }
    if faultCount > 0 {
      throw CommandError(
        "\(counted(faultCount, "fault")): 'varve log repair PATH --dry-run' says what can be kept")
    }
  }

  private static func verify(_ place: LogPlace, isCompacted: Bool) throws -> VerifyReport {
    var verifier = LogVerifier(place.directory, on: LocalFileSystem())
    verifier.isCompacted = place.isCompacted || isCompacted
    verifier.logStartOffset = place.logStartOffset
    verifier.recoveryPoint = place.recoveryPoint
    verifier.topicID = place.topicID
    var bar = ProgressBar("verify \(place.name)")
    defer { bar.end() }
    var faults: [LogVerifier.Fault] = []
    let summary = try verifier.verify(
      progress: { bar.update($0.bytesDone, of: $0.bytesTotal, "bytes") },
      onFault: { faults.append($0) })
    return VerifyReport(faults, summary)
  }
}

/// What was found at the root of a data directory.
private struct DirectoryReport {
  let path: String
  let files: Int
  let topics: Int
  let faults: [LogVerifier.Fault]
  let leftovers: [String]

  init(_ path: String) throws {
    let report = try DirectoryVerifier(path, on: LocalFileSystem()).verify()
    self.path = path
    files = report.files
    topics = report.topics
    faults = report.faults.filter { $0.code != .leftover }
    leftovers = report.faults.filter { $0.code == .leftover }.map(\.file)
  }

  var text: String {
    let verdict = faults.isEmpty ? "sound" : counted(faults.count, "fault")
    let head =
      "\(path)  \(verdict): \(counted(files, "file")) at the root, \(counted(topics, "topic")) in "
      + "the metadata"
      + (leftovers.isEmpty ? "" : "; to be removed: \(counted(leftovers.count, "file"))") + "\n"
    return head + faults.map { "  \($0)\n" }.joined()
  }

  var json: JSON {
    .object([
      "directory": .string(path), "files": .integer(files), "topics": .integer(topics),
      "faults": .array(faults.map(\.json)), "leftovers": .array(leftovers.map(JSON.string)),
    ])
  }
}

/// What was found in one partition.
private struct VerifyReport {
  /// What is wrong.
  let faults: [LogVerifier.Fault]
  /// Files that are to be removed, as a rewrite leaves them for readers that still use them:
  /// nothing is wrong with that.
  let leftovers: [String]
  let summary: LogVerifier.Summary

  init(_ found: [LogVerifier.Fault], _ summary: LogVerifier.Summary) {
    faults = found.filter { $0.code != .leftover }
    leftovers = found.filter { $0.code == .leftover }.map(\.file)
    self.summary = summary
  }

  func text(_ place: LogPlace) -> String {
    let verdict = faults.isEmpty ? "sound" : counted(faults.count, "fault")
    let head =
      "\(place.name)  \(verdict): \(counted(summary.records, "record")) in "
      + "\(counted(summary.batches, "batch", "batches")), "
      + "offsets \(summary.startOffset) to \(summary.endOffset), \(summary.bytes) bytes"
      + (leftovers.isEmpty ? "" : "; to be removed: \(counted(leftovers.count, "file"))") + "\n"
    return head + faults.map { "  \($0)\n" }.joined()
  }

  func json(_ place: LogPlace) -> JSON {
    .object([
      "directory": .string(place.directory), "segments": .integer(summary.segments),
      "batches": .integer(summary.batches), "records": .integer(summary.records),
      "bytes": .integer(summary.bytes), "startOffset": .integer(summary.startOffset.rawValue),
      "endOffset": .integer(summary.endOffset.rawValue), "faults": .array(faults.map(\.json)),
      "leftovers": .array(leftovers.map(JSON.string)),
    ])
  }
}

extension LogVerifier.Fault {
  fileprivate var json: JSON {
    let byte: JSON
    let line: JSON
    switch place {
    case .byte(let position): (byte, line) = (.integer(position), .null)
    case .line(let number): (byte, line) = (.null, .integer(number))
    case nil: (byte, line) = (.null, .null)
    }
    return .object([
      "code": .string(code.rawValue), "file": .string(file), "byte": byte, "line": line,
      "offset": offset.map { .integer($0.rawValue) } ?? .null, "message": .string(message),
    ])
  }
}
