import Dispatch
import Foundation
import VarveTestKit
import VarveTestSupport

/// A running `VarveCrashWriter` that delivers.
final class DeliveringProcess: Sendable {
  /// Where the program is killed.
  enum Moment {
    /// So many seconds after its start, most likely before its log is open.
    case early(Double)
    /// So many seconds after it began that many batches.
    case batches(Int, then: Double)
  }

  private let output = Pipe()
  private let errors = Pipe()
  private let process: ChildProcess

  private init(_ directory: String, _ guarantee: DeliveryGuarantee, effects: String) throws {
    process = try ChildProcess(
      BuiltWriter.location().path, ["delivering", directory, "\(guarantee)", effects],
      output: .pipe(output), errors: .pipe(errors))
  }

  /// Runs a program until `moment`, or to its end where that is nil.
  ///
  /// The waiting is done off Swift's own threads. A program that hangs is killed after a minute.
  static func run(
    _ directory: String, _ guarantee: DeliveryGuarantee, effects: String, until moment: Moment?
  ) async throws {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            let process = try DeliveringProcess(directory, guarantee, effects: effects)
            try process.live(until: moment)
          })
      }
    }
  }

  private func live(until moment: Moment?) throws {
    let watch = DispatchWorkItem { [process] in process.kill() }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watch)
    defer { watch.cancel() }
    switch moment {
    case .early(let seconds): end(after: seconds)
    case .batches(let count, let seconds):
      try waitForBatches(count)
      end(after: seconds)
    case nil:
      _ = output.fileHandleForReading.readDataToEndOfFile()
      if process.wait() != 0 { throw failure("failed or hung") }
    }
  }

  /// Kills the program so many seconds from now, and returns once it is gone.
  private func end(after seconds: Double) {
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [process] in process.kill() }
    _ = process.wait()
  }

  private func waitForBatches(_ count: Int) throws {
    var left = "batch\n".utf8.count * count
    while left > 0 {
      let said = try output.fileHandleForReading.read(upToCount: left) ?? Data()
      if said.isEmpty {
        _ = process.wait()
        throw failure("ended or hung before batch \(count)")
      }
      left -= said.count
    }
  }

  private func failure(_ what: String) -> Violation {
    let said = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
    return Violation(description: "the program \(what): \(said)")
  }
}
