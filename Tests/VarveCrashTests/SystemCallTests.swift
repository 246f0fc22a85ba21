import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: appends ask the system for nothing, and syncs are as many as the topic's durability says.
/// Method: `strace` counts the calls of a program that appends single records.
@Suite(.enabled(if: Trace.isPossible, "strace is not installed, or may not trace"))
struct SystemCallTests {
  /// Whether reading the clock is a call is the machine's affair.
  private static let all = ["-e", "trace=!clock_gettime,gettimeofday"]

  @Test("G73: single appends make no system call")
  func appends() throws {
    let trace = try Trace(
      count: 5000, configs: ["preallocate=true", "segment.bytes=16777216"], options: Self.all)
    #expect(trace.calls == [])
  }

  @Test("G73: without preallocation the file grows in few steps, and that is all")
  func growth() throws {
    let trace = try Trace(count: 20_000, configs: [], options: Self.all)
    // Of 3.4 MB: from 64 KiB on the file doubles each time, after a look at its size. Once it is
    // large, large pages are asked for.
    #expect(trace.calls.filter { $0.contains("fallocate(") }.count == 6)
    #expect(
      trace.calls.allSatisfy { $0.contains(/fallocate|stat|madvise/) },
      "\(trace.calls)")
  }

  @Test(
    "G10: there are as many syncs as the durability asks for",
    arguments: [
      (["varve.durability=buffered"], 0), (["varve.durability=group"], 100),
      (["varve.durability=interval", "varve.flush.interval.ms=86400000"], 0),
      (["flush.messages=1"], 100), (["flush.messages=10"], 10),
    ])
  func syncs(configs: [String], count: Int) throws {
    // All threads, and the files by name: others are synced by checkpoints.
    let trace = try Trace(
      count: 100, configs: configs,
      options: ["-f", "-y", "-e", "trace=write,fsync,fdatasync,sync_file_range,msync,syncfs,sync"])
    let syncs = trace.calls.filter { $0.contains("sync") && $0.contains("/traced-0/") }
    #expect(syncs.count == count, "\(syncs)")
    #expect(trace.calls.allSatisfy { !$0.contains("syncfs(") })
  }
}

/// What `strace` saw of a `VarveCrashWriter` between its two words.
private struct Trace {
  let calls: [String]

  init(count: Int, configs: [String], options: [String]) throws {
    let directory = try TemporaryDirectory()
    let output = directory.path + "/trace"
    let program = [
      "-o", output, try BuiltWriter.location().path, "traced", directory.path + "/data",
      "\(count)",
    ]
    let process = try ChildProcess(Self.strace, options + program + configs, output: .discarded)
    let status = process.wait()
    try #require(status == 0)
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    let begin = try #require(lines.firstIndex { $0.contains(#""begin\n""#) })
    let end = try #require(lines.firstIndex { $0.contains(#""end\n""#) })
    // With several threads, a call that another interrupts is told of twice: begun, and resumed.
    calls = lines[(begin + 1)..<end].filter { !$0.contains("resumed>") }.map(String.init)
  }

  private static let strace = "/usr/bin/strace"

  /// A container may forbid it.
  static let isPossible: Bool = {
    guard FileManager.default.isExecutableFile(atPath: strace) else { return false }
    let process = try? ChildProcess(strace, ["-o", "/dev/null", "true"], errors: .discarded)
    return process?.wait() == 0
  }()
}
