import Dispatch
import Foundation
import VarveTestKit

/// A running `VarveCrashWriter` that delivers.
final class DeliveringProcess: Sendable {
  /// Where the program is killed.
  enum Moment {
    /// So many seconds after its start, most likely before its log is open.
    case early(Double)
    /// So many seconds after it began that many batches.
    case batches(Int, then: Double)
  }

  private let processID: Int32
  private let output = Pipe()
  private let errors = Pipe()
  private let process = Process()

  private init(_ directory: String, _ guarantee: DeliveryGuarantee, effects: String) throws {
    process.executableURL = try BuiltWriter.location()
    process.arguments = ["delivering", directory, "\(guarantee)", effects]
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    processID = process.processIdentifier
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
    let watch = DispatchWorkItem { [processID] in kill(processID, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watch)
    defer { watch.cancel() }
    switch moment {
    case .early(let seconds): end(after: seconds)
    case .batches(let count, let seconds):
      try waitForBatches(count)
      end(after: seconds)
    case nil:
      _ = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      if process.terminationStatus != 0 { throw failure("failed or hung") }
    }
  }

  /// Kills the program so many seconds from now, and returns once it is gone.
  private func end(after seconds: Double) {
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [processID] in
      kill(processID, SIGKILL)
    }
    process.waitUntilExit()
  }

  private func waitForBatches(_ count: Int) throws {
    var left = "batch\n".utf8.count * count
    while left > 0 {
      let said = try output.fileHandleForReading.read(upToCount: left) ?? Data()
      if said.isEmpty { throw failure("ended or hung before batch \(count)") }
      left -= said.count
    }
  }

  private func failure(_ what: String) -> Violation {
    process.waitUntilExit()
    let said = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
    return Violation(description: "the program \(what): \(said)")
  }
}
