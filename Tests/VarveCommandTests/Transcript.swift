import Foundation
import VarveTestKit

/// A session with the program, as a person would see it: lines that begin with `$ ` are typed,
/// those after them are what both streams say, and `[1]` is a status other than 0. Other lines
/// before the first `$ ` say what it is about.
///
/// What differs between runs is replaced: topic ids by `<id>`, the session's directory by `<dir>`,
/// times near the present by `<now>`.
struct Transcript {
  let path: String

  static let directory = URL(filePath: #filePath).deletingLastPathComponent().path + "/Transcripts"

  static var names: [String] {
    let files = try? FileManager.default.contentsOfDirectory(atPath: directory)
    return (files ?? []).filter { $0.hasSuffix(".txt") }.sorted()
  }

  init(_ name: String) { path = Self.directory + "/" + name }

  var text: String { get throws { try String(contentsOfFile: path, encoding: .utf8) } }

  /// Types each line again and returns the session as it is now.
  func replayed() async throws -> String {
    let program = try BuiltProgram()
    var session = ""
    var isPreamble = true
    for line in try text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        isPreamble = false
        session += line + "\n" + (try await answer(to: String(line.dropFirst(2)), program))
      } else if isPreamble {
        session += line + "\n"
      }
    }
    return session
  }

  private func answer(to line: String, _ program: BuiltProgram) async throws -> String {
    let outcome = try await program.shell("exec 2>&1; \(line)")
    var text = outcome.text
    if !text.isEmpty && !text.hasSuffix("\n") { text += "\n" }
    if outcome.status != 0 { text += "[\(outcome.status)]\n" }
    return
      text
      .replacing(program.directory.path, with: "<dir>")
      .replacing(/\b1[789]\d{11}\b/, with: "<now>")
      .replacing(/(id":"|^id +)[\w-]{22}/.anchorsMatchLineEndings()) { "\($0.1)<id>" }
  }
}
