import Foundation
import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: what a program was told is there stays there when the program is killed, and another
/// program that follows its log meanwhile never sees anything but that. Method: a real process,
/// killed at a random moment, again and again on the same directory.
@Suite(.serialized) struct ProcessCrashTests {
  @Test(
    "S06, G15: a writer killed with kill -9 loses nothing that it had been told was written",
    arguments: [Durability.buffered, .group])
  func killed(durability: Durability) throws {
    for _ in 0..<TestShare.count(5, long: 50) { try live(2, durability) }
  }

  /// Lets a writer live a few times on a directory, each life ended by a kill.
  private func live(_ count: Int, _ durability: Durability) throws {
    let directory = try TemporaryDirectory()
    var random = SystemRandomNumberGenerator()
    for life in 0..<count {
      let writer = try WriterProcess(
        directory.path, durability, seed: UInt64.random(in: 0...UInt64.max, using: &random))
      try follow(directory.path, for: Double.random(in: 0.001...0.05, using: &random))
      let acknowledged = writer.kill()
      let log = try CountedLog.open(in: directory.path, on: LocalFileSystem()).log
      #expect(
        log.endOffset > acknowledged,
        "life \(life): \(acknowledged) was acknowledged, the log ends at \(log.endOffset)")
      try expectRight(log)
      try log.close()
    }
    let faults = try LogVerifier(
      CountedLog.directory(in: directory.path), on: LocalFileSystem()
    ).faults().map(\.description)
    #expect(faults == [])
  }

  /// Follows the log of the living writer until the time is over and something new was seen.
  private func follow(_ root: String, for seconds: Double) throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    let follower = try LogFollower(
      CountedLog.partition(), directory: CountedLog.directory(in: root), on: LocalFileSystem())
    var cursor = try LogCursor(follower, from: 0)
    var next: Offset = 0
    let start = follower.endOffset
    while Date() < deadline || follower.endOffset == start {
      try follower.refresh()
      while let bytes = try cursor.next(maxBytes: 100_000) {
        guard try CountedLog.isRight(bytes, from: &next) else {
          Issue.record("what is not so was followed before \(next)")
          return
        }
      }
      #expect(next == follower.endOffset)
    }
  }

  private func expectRight(_ log: PartitionLog) throws {
    var cursor = try LogCursor(log, from: 0)
    var next: Offset = 0
    while let bytes = try cursor.next(maxBytes: 100_000) {
      guard try CountedLog.isRight(bytes, from: &next) else {
        Issue.record("a wrong record before \(next)")
        return
      }
    }
    #expect(next == log.endOffset)
    let middle = Offset(next.rawValue / 2)
    let found = try log.firstRecord(stampedAtOrAfter: CountedLog.time(of: middle))
    #expect(next == 0 || found?.offset == Offset(middle.rawValue / 3 * 3))
  }
}

/// A running `VarveCrashWriter`.
private final class WriterProcess {
  private let process: ChildProcess
  private let output = Pipe()

  /// Returns once the writer has opened its log.
  init(_ root: String, _ durability: Durability, seed: UInt64) throws {
    process = try ChildProcess(
      BuiltWriter.location().path, [root, durability.rawValue, "\(seed)"], output: .pipe(output))
    _ = output.fileHandleForReading.readData(ofLength: 1)
  }

  /// Kills the writer. Returns the last offset that it had said was written, -1 for none.
  func kill() -> Offset {
    process.kill()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    _ = process.wait()
    // The first line, whose first character was read before, is where it began. A line without its
    // end was not said.
    let lines = String(decoding: said, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 2, let last = Int64(lines[lines.count - 2]) else { return -1 }
    return Offset(last)
  }
}
