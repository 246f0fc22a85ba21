import Foundation
import VarveTestKit
import VarveTestSupport

/// Kafka's own client, Java's, and the scenarios of `Clients/Java` that use it.
enum JavaClient {
  /// Where `.ci/java-client` put the client's jars; nil where it was not run.
  static let jars = BuiltProgram.installed("java-client")

  struct CompilerFailure: Error { let said: String }

  /// The directory of the compiled scenarios, for all tests of a process.
  private static let classes = Task { try await compile() }

  private static func compile() async throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let said = directory.path + "/said"
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Clients/Java")
    let line = """
      javac -J-XX:TieredStopAtLevel=1 -proc:none -encoding UTF-8 -Xlint:all,-try -Werror \
        -d . -cp '\(jars ?? "")/*' \(folder.path)/*.java
      """
    let process = try ChildProcess(
      "/bin/bash", ["-c", line], directory: directory.path,
      environment: ["PATH": "/usr/bin:/bin"], output: .file(said), errors: .file(said))
    guard try await onThread({ process.wait() }) == 0 else {
      throw CompilerFailure(said: try String(contentsOfFile: said, encoding: .utf8))
    }
    return directory
  }

  /// Serves a log with `options`, and runs a family of scenarios against it, with the words `more`.
  /// The lines of shell `before` come first, and `after` once the server has ended; in those
  /// `java` runs a class of ours. What is printed is a line for each scenario, then what `after`
  /// prints.
  static func run(
    _ family: String, options: String = "--listen 127.0.0.1:0", _ more: String = "",
    before: String = "", after: String = ""
  ) async throws -> BuiltProgram.Outcome {
    let classes = try await classes.value
    return try await BuiltProgram().shell(
      """
      java() { command java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m \
        -cp '\(jars ?? "")/*:\(classes.path)' "$@"; }
      \(before)
      mkfifo said
      varve serve --set group.initial.rebalance.delay.ms=0 \
        --set group.consumer.heartbeat.interval.ms=200 \
        --set group.share.min.heartbeat.interval.ms=100 \
        --set group.share.heartbeat.interval.ms=200 \
        --set group.share.min.record.lock.duration.ms=1000 \(options) 2>said &
      read -r line <said
      cat said >server-log &
      java Scenarios \(family) ${line##* } \(more) 2>client-errors
      kill -TERM %1
      wait %1 || echo "the server ended with $?"
      \(after)
      tail -n 60 client-errors >&2
      """)
  }
}
