import VarveBase
import VarveTestKit

/// A kind of file system that the laws of `FileSystem` are tested on.
enum DiskKind: CaseIterable {
  case local, simulated

  func make() throws -> DiskUnderTest {
    switch self {
    case .local:
      let directory = try TemporaryDirectory()
      return DiskUnderTest(files: LocalFileSystem(), root: directory.path, owner: directory)
    case .simulated:
      let files = SimulatedFileSystem(seed: 1)
      try files.createDirectory("/data")
      return DiskUnderTest(files: files, root: "/data", owner: nil)
    }
  }
}

/// A file system with an empty directory to work in.
struct DiskUnderTest {
  let files: any FileSystem
  let root: String
  /// Keeps the directory for as long as the test runs.
  let owner: AnyObject?

  func path(_ name: String) -> String { "\(root)/\(name)" }

  /// Makes a file with the bytes of `text`.
  @discardableResult
  func write(_ text: String, to name: String) throws -> any File {
    let file = try files.open(path(name), .create)
    try file.write(text, at: 0)
    return file
  }

  func text(_ name: String) throws -> String {
    String(decoding: try files.open(path(name), .read).readAll(), as: UTF8.self)
  }
}

extension File {
  func write(_ text: String, at position: Int) throws(FileError) {
    try write(Array(text.utf8).span.bytes, at: position)
  }

  func text(_ count: Int = .max, at position: Int = 0) throws(FileError) -> String {
    let count = min(count, try byteCount())
    return String(decoding: try read(count, at: position), as: UTF8.self)
  }
}

extension FileMapping {
  func text(_ range: Range<Int>) -> String { String(decoding: slice(range), as: UTF8.self) }

  func store(_ text: String, at position: Int) {
    store(Array(text.utf8).span.bytes, at: position)
  }
}

/// The error that `body` throws, or nil where it does not.
func failure(_ body: () throws(FileError) -> Void) -> FileError? {
  do {
    try body()
    return nil
  } catch {
    return error
  }
}
