import Synchronization
import VarveBase
import VarveTestKit

/// A disk on which something happens between two looks at a file: right after its size was asked
/// for, `whenSized` is called with its path.
final class CutFiles: FileSystem {
  private let disk: any FileSystem
  private let whenSized: Mutex<(@Sendable (String) -> Void)?>

  init(_ disk: any FileSystem) {
    self.disk = disk
    whenSized = Mutex(nil)
  }

  /// Called the next time.
  func onNextSize(_ body: @escaping @Sendable (String) -> Void) {
    whenSized.withLock { $0 = body }
  }

  fileprivate func sized(_ path: String) { whenSized.withLock { $0.take() }?(path) }

  func open(_ path: String, _ access: FileAccess) throws(FileError) -> any File {
    let file = try disk.open(path, access)
    return path.hasSuffix(".log") ? SizedFile(file, of: self) : file
  }

  func createDirectory(_ path: String) throws(FileError) { try disk.createDirectory(path) }
  func contents(ofDirectory path: String) throws(FileError) -> [String] {
    try disk.contents(ofDirectory: path)
  }
  func kind(of path: String) throws(FileError) -> FileKind? { try disk.kind(of: path) }
  func rename(_ path: String, to newPath: String) throws(FileError) {
    try disk.rename(path, to: newPath)
  }
  func remove(_ path: String) throws(FileError) { try disk.remove(path) }
  func removeDirectory(_ path: String) throws(FileError) { try disk.removeDirectory(path) }
  func syncDirectory(_ path: String) throws(FileError) { try disk.syncDirectory(path) }
  func syncAll(below path: String) throws(FileError) { try disk.syncAll(below: path) }
  func volume(below path: String) -> any Volume { PathVolume(disk: self, path: path) }

  func space(at path: String) throws(FileError) -> VolumeSpace { try disk.space(at: path) }
  func lock(_ path: String) throws(FileError) -> any FileLock { try disk.lock(path) }
}

private final class SizedFile: File {
  private let file: any File
  private let disk: CutFiles

  init(_ file: any File, of disk: CutFiles) {
    self.file = file
    self.disk = disk
  }

  var path: String { file.path }

  func byteCount() throws(FileError) -> Int {
    let count = try file.byteCount()
    disk.sized(path)
    return count
  }

  func read(_ count: Int, at position: Int) throws(FileError) -> [UInt8] {
    try file.read(count, at: position)
  }
  func write(_ bytes: RawSpan, at position: Int) throws(FileError) {
    try file.write(bytes, at: position)
  }
  func resize(to byteCount: Int) throws(FileError) { try file.resize(to: byteCount) }
  func allocate(to byteCount: Int) throws(FileError) { try file.allocate(to: byteCount) }
  func sync() throws(FileError) { try file.sync() }
  func map(_ byteCount: Int, writable: Bool) throws(FileError) -> FileMapping {
    try file.map(byteCount, writable: writable)
  }
}
