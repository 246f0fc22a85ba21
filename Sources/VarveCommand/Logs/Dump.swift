import VarveBase
import VarveLog

extension LogCommands {
  static func dump(_ call: Invocation) async throws {
    let path = call["PATH"]
    let files = LocalFileSystem()
    guard let kind = try files.kind(of: path) else { throw CommandError("there is no \(path)") }
    if kind == .file { return try dump(path, call) }
    let names = try files.contents(ofDirectory: path).filter {
      SegmentFileName($0)?.state == .live
    }
    if names.isEmpty { throw CommandError("\(path) has no segments") }
    for name in names { try dump("\(path)/\(name)", call) }
  }

  private static func dump(_ path: String, _ call: Invocation) throws {
    var failure: (any Error)?
    try SegmentDump(path, on: LocalFileSystem()).write { line in
      guard failure == nil else { return }
      do { try call.output.write(call.isJSON ? line.json(of: path).line : line.text) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}

extension DumpLine {
  fileprivate func json(of path: String) -> JSON {
    switch self {
    case .remark(let text): .object(["file": .string(path), "remark": .string(text)])
    case .entry(let entry):
      .members(
        [("file", .string(path)), ("kind", .string(entry.isRecord ? "record" : "entry"))]
          + entry.fields.map { ($0.name, JSON($0.value)) })
    }
  }
}

extension JSON {
  fileprivate init(_ value: DumpEntry.Value) {
    self =
      switch value {
      case .whole(let value): .whole(value)
      case .flag(let value): .bool(value)
      case .text(let value): .string(value)
      case .texts(let values): .array(values.map { .string($0) })
      case .optional(let value): value.map { .whole($0) } ?? .null
      }
  }
}
