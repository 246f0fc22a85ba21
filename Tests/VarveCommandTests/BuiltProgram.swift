import Foundation
import VarveTestKit
import VarveTestSupport

/// The program as it was built, run by a shell in a directory of its own.
struct BuiltProgram: Sendable {
  /// What a run gave.
  struct Outcome: Equatable {
    var status: Int32
    var output: [UInt8]
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// Where the program runs.
  let directory: TemporaryDirectory
  /// What goes in and comes out, apart from it.
  private let streams: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    streams = try TemporaryDirectory()
  }

  /// What a script of `.ci` installed beside the build, by its name there; nil where it was not
  /// run.
  static func installed(_ name: String) -> String? {
    beside(name + "/installed").map { String($0.dropLast("/installed".count)) }
  }

  /// A file at a path in a directory above that of the build.
  static func beside(_ path: String) -> String? {
    var place = URL(filePath: BuiltProducts.directory)
    while place.path != "/" {
      let file = place.appending(path: path).path
      if FileManager.default.fileExists(atPath: file) { return file }
      place = place.deletingLastPathComponent()
    }
    return nil
  }

  /// Runs a line of shell with the program on the path and the log in `$VARVE_AT`.
  func shell(_ line: String, input: [UInt8] = []) async throws -> Outcome {
    let file = streams.path + "/input"
    try Data(input).write(to: URL(filePath: file))
    let patience = streams.path + "/kcat"
    let settings = patientKcat.map { $0 + "\n" }.joined()
    try Data(settings.utf8).write(to: URL(filePath: patience))
    let output = streams.path + "/output"
    let errors = streams.path + "/errors"
    let process = try ChildProcess(
      "/bin/bash", ["-c", line], directory: directory.path,
      environment: [
        "PATH": BuiltProducts.directory + ":/usr/bin:/bin", "VARVE_AT": directory.path + "/log",
        "LC_ALL": "C", "KCAT_CONFIG": patience,
      ], input: file, output: .file(output), errors: .file(errors))
    return Outcome(
      status: try await onThread { process.wait() },
      output: Array(try Data(contentsOf: URL(filePath: output))),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}
