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

  /// The directory that `varve` was built into, which is the tests' own.
  static let location: String = {
    let places =
      CommandLine.arguments + [
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
      ]
    let directories = places.map { URL(filePath: $0).deletingLastPathComponent().path }
    return directories.first { FileManager.default.isExecutableFile(atPath: $0 + "/varve") }
      ?? directories[0]
  }()

  /// Runs a line of shell with the program on the path and the log in `$VARVE_AT`.
  func shell(_ line: String, input: [UInt8] = []) async throws -> Outcome {
    let file = streams.path + "/input"
    try Data(input).write(to: URL(filePath: file))
    let output = streams.path + "/output"
    let errors = streams.path + "/errors"
    let process = try ChildProcess(
      "/bin/bash", ["-c", line], directory: directory.path,
      environment: [
        "PATH": Self.location + ":/usr/bin:/bin", "VARVE_AT": directory.path + "/log",
        "LC_ALL": "C",
      ], input: file, output: .file(output), errors: .file(errors))
    return Outcome(
      status: try await onThread { process.wait() },
      output: Array(try Data(contentsOf: URL(filePath: output))),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}
