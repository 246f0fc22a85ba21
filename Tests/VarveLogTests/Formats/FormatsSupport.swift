import Foundation
import VarveBase
import VarveLog
import VarveTestKit
import Testing

/// Kafka's own data directory and what its dump tool says of it.
enum Golden {
  static let root = Bundle.module.resourceURL.map { $0.appending(path: "Golden").path }

  static func path(_ name: String) throws -> String { "\(try #require(root))/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(name))))
  }

  static func has(_ name: String) -> Bool {
    (try? FileManager.default.fileExists(atPath: path(name))) == true
  }

  /// The lines of a dump after the line that names the file.
  static func dump(_ name: String) throws -> [String] {
    let plain = "dump/\(name).txt"
    let bytes = try has(plain) ? bytes(plain) : unzipped(plain + ".gz")
    let text = String(decoding: bytes, as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map(String.init)
  }

  /// The bytes of a gzip file, as the system's own tool reads it.
  static func unzipped(_ name: String) throws -> [UInt8] {
    let tool = Process()
    let output = Pipe()
    tool.executableURL = URL(filePath: "/usr/bin/env")
    tool.arguments = ["gzip", "-dc", try path(name)]
    tool.standardOutput = output
    try tool.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    tool.waitUntilExit()
    return Array(bytes)
  }

  /// The files of the data directory with a suffix, as `PARTITION/NAME`.
  static func files(_ suffix: String) throws -> [String] {
    let names = FileManager.default.enumerator(atPath: try path("data"))?.allObjects ?? []
    return names.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted()
  }
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
