import Foundation

/// Where `VarveCrashWriter` was built.
enum BuiltWriter {
  static func location() throws -> URL {
    // Swift's test runner lies elsewhere; the package's products lie beside the test bundle.
    let places = [Bundle.main.executablePath ?? ""] + CommandLine.arguments
    let found = places.map {
      URL(filePath: $0).deletingLastPathComponent().appending(path: "VarveCrashWriter")
    }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else {
      throw Violation(description: "VarveCrashWriter is not built beside the tests")
    }
    return found
  }
}
