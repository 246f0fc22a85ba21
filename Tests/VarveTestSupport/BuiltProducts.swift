internal import Foundation

/// What was built with the tests.
package enum BuiltProducts {
  /// The directory that `varve` was built into, which is the tests' own.
  package static let directory: String = {
    let places =
      CommandLine.arguments + [
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
      ]
    let directories = places.map { URL(filePath: $0).deletingLastPathComponent().path }
    return directories.first { FileManager.default.isExecutableFile(atPath: $0 + "/varve") }
      ?? directories[0]
  }()
}
