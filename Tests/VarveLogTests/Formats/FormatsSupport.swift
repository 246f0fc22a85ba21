import Foundation
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport
import Testing

/// Kafka's own files, and what its dump tool says of them.
enum Golden {
  /// The path of a file or folder, `data/txn-0`.
  static func path(_ name: String) -> String { GoldenData.folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] { try GoldenData.bytes(name) }

  static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  /// The lines of a dump after the line that names the file.
  static func dump(_ name: String) throws -> [String] {
    let plain = "dump/\(name).txt"
    let text = try GoldenData.text(has(plain) ? plain : plain + ".gz")
    return text.split(separator: "\n").dropFirst().map(String.init)
  }

  /// The files of the data directory with a suffix, as `PARTITION/NAME`.
  static func files(_ suffix: String) throws -> [String] { try GoldenData.dataFiles(suffix) }
}

extension Array where Element == UInt8 {
  /// Calls `body` with the bytes.
  func withRawSpan<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try body(span.bytes)
  }
}

/// A real disk with an empty directory for a test.
struct Scratch {
  let files = LocalFileSystem()
  private let directory = try? TemporaryDirectory()

  func path(_ name: String) throws -> String { "\(try #require(directory).path)/\(name)" }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = try files.open(try path(name), .create)
    try file.resize(to: bytes.count)
    try bytes.withRawSpan { try file.write($0, at: 0) }
    return try path(name)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try files.open(try path(name), .read).readAll()
  }
}
