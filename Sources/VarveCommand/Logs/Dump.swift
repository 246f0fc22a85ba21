import VarveBase
import VarveLog

extension LogCommands {
  static func dump(_ call: Invocation) async throws {
    let path = call["PATH"]
    let files = LocalFileSystem()
    guard let kind = try files.kind(of: path) else { throw CommandError("there is no \(path)") }
    if kind == .file { return try dump(path, to: call.output) }
    let names = try files.contents(ofDirectory: path).filter {
      SegmentFileName($0)?.state == .live
    }
    if names.isEmpty { throw CommandError("\(path) has no segments") }
    for name in names { try dump("\(path)/\(name)", to: call.output) }
  }

  private static func dump(_ path: String, to output: StandardOutput) throws {
    var failure: (any Error)?
    try SegmentDump(path, on: LocalFileSystem()).write { text in
      guard failure == nil else { return }
      do { try output.write(text) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
